import type { OomKill, TimeWindow } from '../../history/index.ts'
import {
  type Happened,
  type Note,
  type PodAsks,
  type PriceTable,
  priceOfNode,
  type WorkloadFacts,
  workloadsOf,
} from '../../insight/index.ts'
import { type PodSignals, type PrometheusOptions, prometheusSignals, type Signals } from '../../prometheus/index.ts'
import { containerKey } from '../../workloads/index.ts'
import { behindNotes } from './notes.ts'

/** What a Prometheus reports besides usage. */
export interface PrometheusReading {
  readonly signals: Signals
  readonly notes: readonly Note[]
}

export async function readSignals(
  options: PrometheusOptions,
  window: TimeWindow,
  signal?: AbortSignal,
): Promise<PrometheusReading> {
  const signals = await prometheusSignals(options, window, signal)
  const { has } = signals
  const notes: Note[] = behindNotes(signals.behindSeconds)
  if (!has.oomKills) {
    notes.push({
      code: 'OomKillsMissing',
      says: 'This Prometheus has neither container_oom_events_total nor the restarts of containers, so OOM kills are unknown.',
      act: 'Let it scrape kube-state-metrics, and /metrics/cadvisor of the kubelets.',
    })
  }
  if (!has.throttling) {
    notes.push({
      code: 'ThrottlingMissing',
      says: 'This Prometheus has no container_cpu_cfs_periods_total: throttling is unknown, or no container has a CPU limit.',
      act: 'Let it scrape /metrics/cadvisor of the kubelets, and keep the container_cpu_cfs_ series.',
    })
  }
  return { signals, notes }
}

/** Workloads with their Pods' requests and limits from kube-state-metrics, which count as the authors' values. */
export function workloadsFrom(
  { signals }: PrometheusReading,
  prices: PriceTable,
): { readonly workloads: readonly WorkloadFacts[]; readonly notes: readonly Note[] } {
  const notes: Note[] = []
  if (!signals.has.requests) {
    notes.push({
      code: 'RequestsMissing',
      says: 'This Prometheus has no kube_pod_container_resource_requests: what Pods request is unknown, and is shown as "?".',
      act: 'Let it scrape kube-state-metrics, or use --cluster to read the cluster of your kubeconfig.',
    })
    return { workloads: [], notes }
  }
  notes.push({
    code: 'AuthorsMissing',
    says: "Prometheus has the current values of Pods, not their authors' values from before Plimsoll changed them: the current values are used for both, so the savings so far are shown as zero.",
    act: 'Use --cluster to read the cluster of your kubeconfig as well.',
  })
  if (prices.pools.length > 0 && signals.nodeLabels.size === 0) {
    notes.push({
      code: 'NodesMissing',
      says: 'This Prometheus has no labels of nodes, so all nodes have the default price, and none has the price of a pool.',
      act: 'Let kube-state-metrics export them: --metric-labels-allowlist=nodes=[…].',
    })
  }
  const workloads = workloadsOf(signals.pods.map((pod) => asksOf(pod, signals, prices))).map((facts) => ({
    ...facts,
    containers: facts.containers.map((container) => {
      const before = signals.requestsBefore.get(containerKey({ workload: facts.workload, container: container.name }))
      return before ? { ...container, reservedBefore: { cpuCores: before.cpu, memoryBytes: before.memory } } : container
    }),
  }))
  return { workloads, notes }
}

function asksOf(pod: PodSignals, { nodeLabels }: Signals, prices: PriceTable): PodAsks {
  const { node } = pod
  const price = node === undefined ? undefined : priceOfNode(spelledAsMetrics(prices), nodeLabels.get(node))
  return asksOfPod(pod, price)
}

/** What a Pod asks for. The current values count as those of the author. */
export function asksOfPod({ workload, pod, isRunning, containers }: PodSignals, price: PodAsks['price']): PodAsks {
  return {
    ...{ workload, pod, isRunning, createdAt: '', price },
    containers: new Map(
      [...containers].map(([name, { requests, limits }]) => {
        const of = (resource: 'cpu' | 'memory') => ({
          ...(requests[resource] !== undefined && { request: requests[resource] }),
          ...(limits[resource] !== undefined && { limit: limits[resource] }),
        })
        const both = { cpu: of('cpu'), memory: of('memory') }
        return [name, { author: both, now: both }]
      }),
    ),
  }
}

/** The prices with labels as in kube-state-metrics: `node.kubernetes.io/pool` becomes `label_node_kubernetes_io_pool`. */
function spelledAsMetrics(prices: PriceTable): PriceTable {
  const spell = (name: string) => `label_${name.replaceAll(/[^a-zA-Z0-9]/g, '_')}`
  const pools = prices.pools.map((pool) => ({
    ...pool,
    labels: Object.fromEntries(Object.entries(pool.labels).map(([name, value]) => [spell(name), value])),
  }))
  return { ...prices, pools }
}

/** Adds what happened to the containers, as far as Prometheus has it. */
export function withTroubles(facts: WorkloadFacts, { signals }: PrometheusReading): WorkloadFacts {
  return {
    ...facts,
    containers: facts.containers.map((container) => {
      const troubles = signals.troubles.get(containerKey({ workload: facts.workload, container: container.name }))
      const { oomKills, throttling } = signals.has
      const happened: Happened = {
        ...(oomKills && {
          oomKills: Math.max(container.oomKills ?? 0, troubles?.oomKills ?? 0),
          restarts: Math.max(container.restarts ?? 0, Math.round(troubles?.restarts ?? 0)),
        }),
        ...(troubles?.isCrashing && { isCrashing: true }),
        ...(throttling &&
          troubles &&
          troubles.periods > 0 && { throttledShare: Math.min(1, troubles.throttled / troubles.periods) }),
      }
      return { ...container, ...happened }
    }),
  }
}

/**
 * OOM kills for the learner. Prometheus does not have the time of each. They count as if they were at `atSeconds`, so that
 * recommendations are above the limit that was too low.
 */
export function oomKillsOf({ signals }: PrometheusReading, atSeconds: number): OomKill[] {
  const limits = new Map<string, OomKill>()
  for (const { workload, containers } of signals.pods) {
    for (const [container, { limits: its }] of containers) {
      const key = containerKey({ workload, container })
      if (its.memory === undefined || !signals.troubles.get(key)?.oomKills) continue
      if ((limits.get(key)?.limitBytes ?? 0) < its.memory)
        limits.set(key, { container: { workload, container }, timestampSeconds: atSeconds, limitBytes: its.memory })
    }
  }
  return [...limits.values()]
}
