import { existsSync, lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { type Layout, layout, SLOTS } from './layout.ts'
import { type Release, tryLock } from './lock.ts'

export interface Slot {
  readonly layout: Layout
  /** Releases the slot. */
  readonly release: Release
}

/**
 * Takes a free slot for one cluster and makes its run directory. What a run that died has left behind, in this slot or any
 * other, is removed by `cleanUp` first.
 */
export async function takeSlot(cleanUp: (leftover: Layout) => Promise<void>): Promise<Slot> {
  let taken: Slot | undefined
  const reasons: string[] = []
  for (let number = 0; number < SLOTS; number++) {
    const candidate = layout(number, tmpdir())
    if (taken && !existsSync(candidate.directory)) continue
    const release = await tryLock(`cluster-${number}`)
    if (!release) {
      reasons.push(`${number} is in use`)
      continue
    }
    try {
      if (existsSync(candidate.directory)) {
        requireOwn(candidate.directory)
        await cleanUp(candidate)
      }
      if (taken) {
        await release()
      } else {
        mkdirSync(candidate.directory, { mode: 0o755 })
        taken = { layout: candidate, release }
      }
    } catch (error) {
      await release()
      reasons.push(`${number} holds what another run left and could not be cleaned (${(error as Error).message})`)
    }
  }
  if (!taken) throw new Error(`no free place for a test cluster: ${reasons.join('; ')}`)
  return taken
}

/** Cleaning up stops the processes that the directory names, so the directory must be ours. */
function requireOwn(directory: string): void {
  const { uid } = lstatSync(directory)
  if (uid !== process.getuid?.()) throw new Error(`${directory} belongs to user ${uid}`)
}
