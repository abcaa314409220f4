import { HistoryError, isNamespace, type TimeWindow } from '../history/index.ts'
import { openApi, type PrometheusOptions } from './options.ts'
import { readAmounts } from './read.ts'
import { risenByPodQuery, seriesQuery } from './signal-queries.ts'

/** Number of CPU periods (of a tenth of a second) in which a Pod's containers ran, and in which they were throttled at their limit. */
export interface CpuPeriods {
  readonly periods: number
  readonly throttled: number
}

/** Pods in one query. Their names are part of the URL, whose length servers and proxies limit. */
const PODS_AT_ONCE = 100
const NO_PERIODS: CpuPeriods = { periods: 0, throttled: 0 }

/**
 * How much the CPU limits of some Pods have throttled them in a window. Only containers with a CPU limit have periods.
 *
 * @returns each Pod that was asked for, by name; undefined if the store has such metrics of no container
 * @throws HistoryError if the store cannot be reached, refuses, or answers with something other than data
 */
export async function cpuThrottling(
  options: PrometheusOptions,
  { namespace, pods }: { readonly namespace: string; readonly pods: readonly string[] },
  { fromSeconds, toSeconds }: TimeWindow,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, CpuPeriods> | undefined> {
  if (!isNamespace(namespace)) throw new HistoryError('no name of a namespace')
  const api = await openApi(options, signal)
  const labels = options.labels ?? {}
  const ask = async (query: string) => await readAmounts(api, query, toSeconds)
  try {
    const known = await ask(seriesQuery('periods', { labels }))
    if (known.length === 0) return undefined
    const found = new Map<string, CpuPeriods>(pods.map((pod) => [pod, NO_PERIODS]))
    const rangeSeconds = Math.max(1, Math.ceil(toSeconds - fromSeconds))
    for (let at = 0; at < pods.length; at += PODS_AT_ONCE) {
      const some = { namespace, labels, pods: pods.slice(at, at + PODS_AT_ONCE) }
      for (const field of ['periods', 'throttled'] as const) {
        for (const { labels: whose, value } of await ask(risenByPodQuery(field, some, rangeSeconds))) {
          const before = found.get(whose.pod ?? '')
          if (before) found.set(whose.pod!, { ...before, [field]: value })
        }
      }
    }
    return found
  } finally {
    await api.close()
  }
}
