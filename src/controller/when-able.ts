import { pauseUntil, type Time } from '../clock/index.ts'
import type { ResizeAbility } from './resize-ability.ts'

const LOOK_MILLISECONDS = 200

interface Followed {
  readonly isSynced: boolean
  run(signal: AbortSignal): Promise<void>
}

export interface WhenAbleOptions {
  readonly ability: Pick<ResizeAbility, 'isAble'>
  /** What must be known before a Pod is changed: LimitRanges and quotas. */
  readonly constraints: readonly Followed[]
  readonly time: Time
}

/**
 * Starts the loops that change running Pods once the API server can resize them and this account may. Until then, they cost nothing, so
 * that an installation without `pods/resize` or the rights for it works as one that only sizes new Pods: without a watch, a dry run, or
 * warnings in the log.
 */
export async function whenAble(
  start: (signal: AbortSignal) => Promise<void>,
  { ability, constraints, time }: WhenAbleOptions,
  signal: AbortSignal,
): Promise<void> {
  await pauseUntil(() => ability.isAble, time, LOOK_MILLISECONDS, signal)
  if (signal.aborted) return
  const following = constraints.map((one) => one.run(signal))
  await pauseUntil(() => constraints.every(({ isSynced }) => isSynced), time, LOOK_MILLISECONDS, signal)
  await Promise.all(signal.aborted ? following : [...following, start(signal)])
}
