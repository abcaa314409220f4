import type { TimeWindow } from '../history/index.ts'
import type { PrometheusOptions } from './options.ts'
import { podsAtOnce } from './pods-at-once.ts'
import { risenByPodQuery } from './signal-queries.ts'
import { StoreReader } from './store-reader.ts'

/** Number of CPU periods (0.1 s each) in which a Pod's containers ran, and in which they were throttled at their limit. */
export interface CpuPeriods {
  readonly periods: number
  readonly throttled: number
}

const FIELDS = ['periods', 'throttled'] as const
const NO_PERIODS: CpuPeriods = { periods: 0, throttled: 0 }

/**
 * How much the CPU limits of some Pods have throttled them in a window. Only containers with a CPU limit have CPU periods.
 *
 * @returns each requested Pod, by name; undefined if the store has these metrics for no container
 * @throws HistoryError if the store cannot be reached, refuses, or answers with something other than data
 */
export async function cpuThrottling(
  options: PrometheusOptions,
  { namespace, pods }: { readonly namespace: string; readonly pods: readonly string[] },
  window: TimeWindow,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, CpuPeriods> | undefined> {
  const reader = await StoreReader.open(options, signal)
  try {
    if (!(await reader.has('periods', window.toSeconds))) return undefined
    const scope = await reader.scope('usage', window, namespace, options.own?.names)
    const found = new Map<string, CpuPeriods>(pods.map((pod) => [pod, NO_PERIODS]))
    for (const names of podsAtOnce(pods)) {
      const some = { ...scope, pods: names }
      const queries = FIELDS.map((field) => (range: number) => risenByPodQuery(field, some, range))
      for await (const answers of reader.over(window, ...queries)) {
        for (const [i, field] of FIELDS.entries()) {
          for (const { labels: whose, value } of answers[i]!) {
            const before = some.pods.includes(whose.pod ?? '') ? found.get(whose.pod!) : undefined
            if (!before || options.own?.accepts('usage', whose) === false) continue
            found.set(whose.pod!, { ...before, [field]: before[field] + value })
          }
        }
      }
    }
    return found
  } finally {
    await reader.close()
  }
}
