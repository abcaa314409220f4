import { cpSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Layout } from './layout.ts'
import { NODE_INIT } from './node-namespaces.ts'
import { removeNodeRemains } from './node-remains.ts'
import { Processes } from './processes.ts'
import { takeSlot } from './slot.ts'

/** What every cluster needs: its slot, its processes, and what removes both. */
export interface Session {
  readonly layout: Layout
  readonly processes: Processes
  /** Ends everything and removes what it made; safe to repeat. */
  end(): Promise<void>
  /** Does the same after a failed start, but keeps the logs; the error that it returns says where. */
  fail(error: unknown): Promise<Error>
}

/** Takes a slot, and removes what dead runs have left in any. */
export async function openSession(): Promise<Session> {
  const remove = async (layout: Layout) => {
    // The node's first process takes its containers, mounts and interfaces with it.
    await new Processes(layout.directory).stopAll([NODE_INIT])
    await removeNodeRemains(layout)
    rmSync(layout.directory, { recursive: true, force: true, maxRetries: 5 })
  }
  const slot = await takeSlot(remove)
  const { directory } = slot.layout
  let ended: Promise<void> | undefined
  const end = () => {
    ended ??= remove(slot.layout).then(slot.release)
    return ended
  }
  return {
    layout: slot.layout,
    processes: new Processes(directory),
    end,
    async fail(error) {
      // One copy per slot, replaced by the next failure.
      const kept = join(dirname(directory), `plimsoll-cluster-test-failed-${slot.layout.slot}`)
      rmSync(kept, { recursive: true, force: true })
      cpSync(join(directory, 'logs'), kept, { recursive: true })
      await end()
      const why = error instanceof Error ? error.message : String(error)
      return new Error(`the test cluster did not start: ${why}\nIts logs are kept in ${kept}`, { cause: error })
    },
  }
}
