import type { TimeWindow } from '../history/index.ts'
import type { PrometheusOptions } from './options.ts'
import { podsAtOnce } from './pods-at-once.ts'
import type { Scope } from './selector.ts'
import { StoreReader } from './store-reader.ts'
import { peakMemoryQuery, usedNowQuery, usedQuery } from './usage-queries.ts'

/** Maximum age of the sample before the last one: some kubelets are scraped only every two minutes. */
const LOOK_BACK_SECONDS = 300

/** Pods of one namespace, by name. */
interface OfPods {
  readonly namespace: string
  readonly pods: readonly string[]
}

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
  of: OfPods,
  nowSeconds: number,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, UsedCores>> {
  const window = { fromSeconds: nowSeconds - LOOK_BACK_SECONDS, toSeconds: nowSeconds }
  const reader = await StoreReader.open(options, signal)
  try {
    return await ofContainers(reader, options, of, window, usedNowQuery)
  } finally {
    await reader.close()
  }
}

/** What the containers of some Pods used in a window, by Pod and container. */
export interface UsedInWindow {
  /** Mean between the first and last samples in the window, in cores; containers without two samples are missing. */
  readonly cpuCores: ReadonlyMap<string, UsedCores>
  /** The highest memory, in bytes. */
  readonly peakMemoryBytes: ReadonlyMap<string, ReadonlyMap<string, number>>
}

/** @throws HistoryError as above */
export async function usedIn(
  options: PrometheusOptions,
  of: OfPods,
  window: TimeWindow,
  signal?: AbortSignal,
): Promise<UsedInWindow> {
  const reader = await StoreReader.open(options, signal)
  try {
    return {
      cpuCores: await ofContainers(reader, options, of, window, usedQuery),
      peakMemoryBytes: await ofContainers(reader, options, of, window, peakMemoryQuery),
    }
  } finally {
    await reader.close()
  }
}

/** Values of a query for containers at the end of a window, by Pod and container; of several series of one, the highest. */
async function ofContainers(
  reader: StoreReader,
  options: PrometheusOptions,
  { namespace, pods }: OfPods,
  window: TimeWindow,
  query: (scope: Scope & { readonly pods: readonly string[] }, rangeSeconds: number) => string,
): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
  const scope = await reader.scope('usage', window, namespace, options.own?.names)
  const rangeSeconds = Math.ceil(window.toSeconds - window.fromSeconds)
  const found = new Map<string, Map<string, number>>()
  for (const names of podsAtOnce(pods)) {
    const some = { ...scope, pods: names }
    for (const { labels, value } of await reader.at(query(some, rangeSeconds), window.toSeconds)) {
      const { pod = '', container = '' } = labels
      if (!some.pods.includes(pod) || options.own?.accepts('usage', labels) === false) continue
      const its = found.get(pod) ?? new Map<string, number>()
      found.set(pod, its.set(container, Math.max(value, its.get(container) ?? 0)))
    }
  }
  return found
}
