import { rmSync } from 'node:fs'
import type { Layout } from './layout.ts'
import { removeNodeRemains } from './node-remains.ts'
import { Processes } from './processes.ts'
import { takeSlot } from './slot.ts'

/** The ground that a cluster stands on: its slot, its processes, and what removes both. */
export interface Session {
  readonly layout: Layout
  readonly processes: Processes
  /** Ends everything and removes what it made; safe to repeat. */
  end(): Promise<void>
}

/** Takes a slot, and removes what dead runs have left in any. */
export async function openSession(): Promise<Session> {
  const remove = async (layout: Layout) => {
    // The node's first process takes its containers, mounts and interfaces with it.
    await new Processes(layout.directory).stopAll(['node-init', 'node'])
    await removeNodeRemains(layout)
    rmSync(layout.directory, { recursive: true, force: true, maxRetries: 5 })
  }
  const slot = await takeSlot(remove)
  let ended: Promise<void> | undefined
  return {
    layout: slot.layout,
    processes: new Processes(slot.layout.directory),
    end() {
      ended ??= remove(slot.layout).then(slot.release)
      return ended
    },
  }
}
