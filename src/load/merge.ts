import type { FinishedLoad, Latencies } from './result.ts'

/**
 * One result of several Pods that sent the load together. A percentile of all requests is at most the highest of the Pods', which is
 * taken: percentiles cannot be added.
 */
export function mergeResults(results: readonly FinishedLoad[]): FinishedLoad {
  if (results.length === 1) return results[0]!
  const sum = (of: (result: FinishedLoad) => number) => results.reduce((total, result) => total + of(result), 0)
  const throttled = results.find((result) => result.throttled !== undefined)?.throttled
  const aborted = results.find((result) => result.aborted !== undefined)?.aborted
  const dropped = sum((result) => result.dropped ?? 0)
  const notMet = [...new Set(results.flatMap((result) => result.notMet ?? []))]
  return {
    kind: 'finished',
    requests: sum(({ requests }) => requests),
    failed: sum(({ failed }) => failed),
    scheduledPerSecond: sum(({ scheduledPerSecond }) => scheduledPerSecond),
    sentPerSecond: sum(({ sentPerSecond }) => sentPerSecond),
    latencyMilliseconds: highest(results.map(({ latencyMilliseconds }) => latencyMilliseconds)),
    ...(throttled !== undefined && { throttled }),
    ...(aborted !== undefined && { aborted }),
    ...(dropped > 0 && { dropped }),
    ...(notMet.length > 0 && { notMet }),
  }
}

function highest(latencies: readonly Latencies[]): Latencies {
  const names = ['p50', 'p90', 'p95', 'p99', 'max'] as const
  return Object.fromEntries(
    names.flatMap((name) => {
      const values = latencies.flatMap((one) => one[name] ?? [])
      return values.length > 0 ? [[name, Math.max(...values)]] : []
    }),
  )
}
