import type { TimeWindow } from '../history/index.ts'
import { workloadKey } from '../workloads/index.ts'
import { checkOfClusters } from './cluster-rows.ts'
import type { PrometheusOptions } from './options.ts'
import { readOwners } from './owners.ts'
import { receivedQuery } from './signal-queries.ts'
import { StoreReader } from './store-reader.ts'

/**
 * Bytes that a Pod of each workload received per second, over all interfaces: the mean over some days, of the Pod and the days with the
 * most. By `workloadKey`; empty if the store has no network metrics.
 *
 * @throws HistoryError if the store cannot be reached, refuses, or answers with something other than data
 */
export async function prometheusTraffic(
  options: PrometheusOptions,
  window: TimeWindow,
  namespaces: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const most = new Map<string, number>()
  const reader = await StoreReader.open(options, signal)
  try {
    if (!(await reader.has('received', window.toSeconds))) return most
    for (const namespace of namespaces) {
      const guard = options.own ?? (await checkOfClusters(reader, namespace, window))
      const usage = await reader.scope('usage', window, namespace, guard.names)
      const state = await reader.scope('state', window, namespace, guard.names)
      const owners = await readOwners(reader, state, window, (series) => guard.accepts('state', series))
      for await (const [series] of reader.over(window, (range) => receivedQuery(usage, range))) {
        const byPod = new Map<string, number>()
        for (const { labels, value } of series!)
          if (guard.accepts('usage', labels)) byPod.set(labels.pod ?? '', (byPod.get(labels.pod ?? '') ?? 0) + value)
        for (const [pod, perSecond] of byPod) {
          const workload = owners.workloadOf(namespace, pod)
          if (!workload) continue
          const key = workloadKey(workload)
          most.set(key, Math.max(most.get(key) ?? 0, perSecond))
        }
      }
    }
    return most
  } finally {
    await reader.close()
  }
}
