import type { PrometheusOptions } from './options.ts'
import { podsAtOnce } from './pods-at-once.ts'
import { StoreReader } from './store-reader.ts'
import { usedNowQuery } from './usage-queries.ts'

/** Maximum age of the sample before the last one: some kubelets are scraped only every two minutes. */
const LOOK_BACK_SECONDS = 300

/** CPU in cores by container. */
export type UsedCores = ReadonlyMap<string, number>

/**
 * CPU that the containers of some Pods used between their last two samples, which are at most five minutes old. The learner's usage is
 * an average of at least five minutes, read a minute late, and does not show that a container has just used up its CPU.
 *
 * @returns by Pod; Pods without such samples are missing
 * @throws HistoryError if the store cannot be reached, refuses, or answers with something other than data
 */
export async function usedCoresNow(
  options: PrometheusOptions,
  { namespace, pods }: { readonly namespace: string; readonly pods: readonly string[] },
  nowSeconds: number,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, UsedCores>> {
  const reader = await StoreReader.open(options, signal)
  try {
    const window = { fromSeconds: nowSeconds - LOOK_BACK_SECONDS, toSeconds: nowSeconds }
    const scope = await reader.scope('usage', window, namespace, options.own?.names)
    const found = new Map<string, Map<string, number>>()
    for (const names of podsAtOnce(pods)) {
      const some = { ...scope, pods: names }
      for (const { labels, value } of await reader.at(usedNowQuery(some, LOOK_BACK_SECONDS), nowSeconds)) {
        const { pod = '', container = '' } = labels
        if (!some.pods.includes(pod) || options.own?.accepts('usage', labels) === false) continue
        const its = found.get(pod) ?? new Map<string, number>()
        found.set(pod, its.set(container, Math.max(value, its.get(container) ?? 0)))
      }
    }
    return found
  } finally {
    await reader.close()
  }
}
