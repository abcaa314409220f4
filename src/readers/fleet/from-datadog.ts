import { type DatadogOptions, datadogPods } from '../../datadog/index.ts'
import { type Note, type PriceTable, type WorkloadFacts, workloadsOf } from '../../insight/index.ts'
import { asksOfPod } from './from-prometheus.ts'

/**
 * Workloads with their Pods' requests and limits from Datadog, which count as the authors' values.
 *
 * @throws HistoryError if Datadog cannot be read
 */
export async function workloadsFromDatadog(
  options: DatadogOptions,
  prices: PriceTable,
  atSeconds: number,
  signal?: AbortSignal,
): Promise<{ readonly workloads: readonly WorkloadFacts[]; readonly notes: readonly Note[] }> {
  const pods = await datadogPods(options, atSeconds, signal)
  const asks = pods.some(({ containers }) =>
    [...containers.values()].some(({ requests, limits }) => Object.keys({ ...requests, ...limits }).length > 0),
  )
  if (!asks) return { workloads: [], notes: [REQUESTS_MISSING] }
  const notes = prices.pools.length > 0 ? [AUTHORS_MISSING, NODES_MISSING] : [AUTHORS_MISSING]
  return { workloads: workloadsOf(pods.map((pod) => asksOfPod(pod, undefined))), notes }
}

const REQUESTS_MISSING: Note = {
  code: 'RequestsMissing',
  says: 'Datadog has no kubernetes.cpu.requests or kubernetes.memory.requests: what Pods request is unknown, and is shown as "?".',
  act: "Enable the Agent's check kubelet, or use --cluster to read the cluster of your kubeconfig.",
}

const AUTHORS_MISSING: Note = {
  code: 'AuthorsMissing',
  says: "Datadog has the current values of Pods, not their authors' values from before Plimsoll changed them: the current values are used for both, so the savings so far are shown as zero.",
  act: 'Use --cluster to read the cluster of your kubeconfig as well.',
}

const NODES_MISSING: Note = {
  code: 'NodesMissing',
  says: 'The nodes of Pods are not read from Datadog, so all nodes have the default price, and none has the price of a pool.',
  act: 'Use --cluster to read the cluster of your kubeconfig as well.',
}
