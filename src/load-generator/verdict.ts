import type { FinishedLoad } from '../load/index.ts'
import type { Tally } from './tally.ts'

/** Share of the measured time that CPU throttling may take from the generator. */
const THROTTLED_SHARE = 0.01
/** How late the generator may attend to all but 1 % of the requests: in milliseconds, or as a share of the p95, whichever is more. */
const LATE_MILLISECONDS = 25
const LATE_SHARE = 0.1

/**
 * The result of a load.
 *
 * @param seconds time in which requests were due
 * @param throttledMilliseconds CPU throttling of the generator in that time
 * @param aborted why it ended early
 */
export function resultOf(
  tally: Tally,
  seconds: number,
  throttledMilliseconds: number | undefined,
  aborted?: string,
): FinishedLoad {
  const { latency, requests, sent, failed } = tally
  const at = (share: number) => Number(latency.quantile(share).toFixed(2))
  const throttled = throttledReason(tally, seconds, throttledMilliseconds)
  const reasons = [...tally.failures].toSorted(([, a], [, b]) => b - a).slice(0, 5)
  return {
    ...{ kind: 'finished', requests, failed },
    scheduledPerSecond: Number((requests / seconds).toFixed(2)),
    sentPerSecond: Number((sent / seconds).toFixed(2)),
    latencyMilliseconds:
      latency.count === 0
        ? {}
        : { p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), max: Number(latency.max.toFixed(2)) },
    ...(throttled !== undefined && { throttled }),
    ...(aborted !== undefined && { aborted }),
    ...(reasons.length > 0 && { failures: Object.fromEntries(reasons) }),
  }
}

function throttledReason(
  { latency, lateness, ownFailure }: Tally,
  seconds: number,
  throttledMilliseconds: number | undefined,
): string | undefined {
  if (ownFailure !== undefined) return `the load generator could not open a connection: ${ownFailure}`
  const share = (throttledMilliseconds ?? 0) / 1000 / seconds
  if (share > THROTTLED_SHARE) return `the CPU limit kept the load generator waiting for ${percent(share)} of the time`
  const late = lateness.quantile(0.99)
  if (late > Math.max(LATE_MILLISECONDS, LATE_SHARE * latency.quantile(0.95)))
    return `the load generator was busy: 1 % of the requests were ${late.toFixed(0)} ms late`
  return undefined
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`
}
