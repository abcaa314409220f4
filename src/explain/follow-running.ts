import { setTimeout as delay } from 'node:timers/promises'
import type { RunningState } from '../apply/index.ts'

const LOOK_MILLISECONDS = 1_000
/** Time without a change after which none is expected: the learner says every minute why Pods wait. */
const QUIET_MILLISECONDS = 90_000

export interface RunningLook<T> {
  readonly look: T
  /** Pods that have changed since the look before. */
  readonly changed: readonly RunningState[]
}

/**
 * Looks at running Pods repeatedly, until all have the applied revision, nothing has changed for a while, or the time-out has passed. Returns
 * the last look.
 *
 * @param isFinal whether nothing will change any more
 */
export async function* followRunning<T extends { readonly states: readonly RunningState[] }>(
  read: () => Promise<T>,
  isFinal: (look: T) => boolean,
  milliseconds: number,
  pause: (milliseconds: number) => Promise<unknown> = delay,
): AsyncGenerator<RunningLook<T>> {
  const seen = new Map<string, string>()
  const end = performance.now() + milliseconds
  let quietSince = performance.now()
  for (;;) {
    const look = await read()
    const changed = look.states.filter((state) => seen.get(state.pod) !== JSON.stringify(state))
    for (const state of changed) seen.set(state.pod, JSON.stringify(state))
    if (changed.length > 0) quietSince = performance.now()
    yield { look, changed }
    const isDone = look.states.every((state) => state.isDone)
    const isQuiet = performance.now() - quietSince > QUIET_MILLISECONDS
    if (isDone || isFinal(look) || isQuiet || performance.now() > end) return
    await pause(LOOK_MILLISECONDS)
  }
}
