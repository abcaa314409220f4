import {
  Containers,
  HistoryError,
  isNamespace,
  type Labels,
  type PodOwners,
  type TimeWindow,
  whyNotNamed,
} from '../history/index.ts'
import { containerKey, type Workload, type WorkloadContainer } from '../workloads/index.ts'
import type { Amount } from './answer.ts'
import type { Api } from './api.ts'
import { openApi, type PrometheusOptions } from './options.ts'
import { readOwners } from './owners.ts'
import { readAmounts } from './read.ts'
import type { Scope } from './selector.ts'
import {
  type AskedFor,
  askedForQuery,
  type Counter,
  containersQuery,
  crashingQuery,
  nodeLabelsQuery,
  oomKilledQuery,
  podNodesQuery,
  risenQuery,
  runningQuery,
  seriesQuery,
} from './signal-queries.ts'
import { inSpans } from './spans.ts'
import { UsageReader } from './usage-reader.ts'

const DAY_SECONDS = 86_400
const HOUR_SECONDS = 3600
const WEEK_SECONDS = 7 * DAY_SECONDS

/** Requests and limits of one container of one Pod, in cores and bytes; missing where it has none. */
export interface AskedForByContainer {
  readonly requests: { cpu?: number; memory?: number }
  readonly limits: { cpu?: number; memory?: number }
}

export interface PodSignals {
  readonly workload: Workload
  readonly pod: string
  /** Whether it still holds its requests. */
  readonly isRunning: boolean
  readonly node: string | undefined
  readonly containers: ReadonlyMap<string, AskedForByContainer>
}

/** Troubles of one container over all its Pods in the window: numbers of OOM kills, restarts, CPU periods and throttled CPU periods. */
export interface Troubles {
  oomKills: number
  restarts: number
  periods: number
  throttled: number
  isCrashing: boolean
}

/** What a store reports besides usage. `has` says for which kinds it has series; the others are unknown. */
export interface Signals {
  readonly has: { readonly requests: boolean; readonly oomKills: boolean; readonly throttling: boolean }
  readonly pods: readonly PodSignals[]
  /** Troubles of each container, by `containerKey`. */
  readonly troubles: ReadonlyMap<string, Readonly<Troubles>>
  /** Sum of the requests of all Pods of a container a week before the end of the window, in cores and bytes, by `containerKey`. */
  readonly requestsBefore: ReadonlyMap<string, Readonly<{ cpu: number; memory: number }>>
  /** Labels of each node, by its name, as kube-state-metrics spells them: `label_…`. */
  readonly nodeLabels: ReadonlyMap<string, Labels>
}

/**
 * What a store knows of containers besides usage: their requests and limits, OOM kills, restarts and throttling.
 *
 * @throws HistoryError if the store cannot be reached, refuses, or answers with something other than data
 */
export async function prometheusSignals(
  options: PrometheusOptions,
  window: TimeWindow,
  signal?: AbortSignal,
): Promise<Signals> {
  const api = await openApi(options, signal)
  try {
    const namespaces =
      options.namespaces ?? (await new UsageReader(api, options.labels ?? {}, HOUR_SECONDS).namespaces(window))
    return await new SignalReader(api, options.labels ?? {}, window).read(namespaces)
  } finally {
    await api.close()
  }
}

class SignalReader {
  readonly #api: Api
  readonly #labels: Labels
  readonly #window: TimeWindow
  readonly #containers = new Containers()
  readonly #pods: PodSignals[] = []
  readonly #troubles = new Map<string, Troubles>()
  readonly #before = new Map<string, { cpu: number; memory: number }>()

  constructor(api: Api, labels: Labels, window: TimeWindow) {
    this.#api = api
    this.#labels = labels
    this.#window = window
  }

  async read(namespaces: readonly string[]): Promise<Signals> {
    const has = {
      requests: await this.#has('requests'),
      oomKills: (await this.#has('oomEvents')) || (await this.#has('restarts')),
      throttling: await this.#has('periods'),
    }
    const hasPhases = await this.#has('phases')
    for (const namespace of namespaces) {
      if (!isNamespace(namespace)) throw new HistoryError('no name of a namespace')
      const owners = await readOwners(this.#api, this.#in(namespace), this.#window)
      if (has.requests) await this.#askedFor(namespace, owners, hasPhases)
      await this.#happened(namespace, owners, has)
    }
    return {
      has,
      pods: this.#pods,
      troubles: this.#troubles,
      requestsBefore: this.#before,
      nodeLabels: await this.#nodeLabels(),
    }
  }

  async #askedFor(namespace: string, owners: PodOwners, hasPhases: boolean): Promise<void> {
    const { toSeconds } = this.#window
    // If the store has no phases, use the Pods that have requests now.
    const query = hasPhases ? runningQuery(this.#in(namespace)) : this.#asked('requests', namespace, false)
    const running = new Set((await this.#amounts(query, toSeconds)).map(({ labels }) => labels.pod))
    const nodes = new Map(
      (await this.#amounts(podNodesQuery(this.#in(namespace)), toSeconds)).map(({ labels }) => [
        labels.pod,
        labels.node,
      ]),
    )
    const pods = new Map<string, Map<string, AskedForByContainer>>()
    const entryOf = ({ pod = '', container = '' }: Labels) =>
      getOr(
        getOr(pods, pod, () => new Map<string, AskedForByContainer>()),
        container,
        (): AskedForByContainer => ({ requests: {}, limits: {} }),
      )
    for (const { labels } of await this.#amounts(containersQuery(this.#in(namespace)), toSeconds)) entryOf(labels)
    for (const which of ['requests', 'limits'] as const) {
      for (const { labels, value } of await this.#amounts(this.#asked(which, namespace, true), toSeconds)) {
        const { resource } = labels
        if (resource === 'cpu' || resource === 'memory') entryOf(labels)[which][resource] = value
      }
    }
    for (const [pod, containers] of pods) {
      const workload = owners.workloadOf(namespace, pod)
      if (!workload) continue
      const named = new Map([...containers].filter(([name]) => !whyNotNamed(workload, name, pod)))
      this.#pods.push({ workload, pod, isRunning: running.has(pod), node: nodes.get(pod), containers: named })
    }
    const weekAgo = toSeconds - WEEK_SECONDS
    for (const { labels, value } of await this.#amounts(this.#asked('requests', namespace, false), weekAgo)) {
      const container = this.#containerOf(owners, namespace, labels)
      if (!container || (labels.resource !== 'cpu' && labels.resource !== 'memory')) continue
      getOr(this.#before, containerKey(container), () => ({ cpu: 0, memory: 0 }))[labels.resource] += value
    }
  }

  #in(namespace: string): Scope {
    return { namespace, labels: this.#labels }
  }

  #asked(which: AskedFor, namespace: string, lately: boolean): string {
    return askedForQuery(which, this.#in(namespace), lately)
  }

  /**
   * Reads OOM kills, restarts, throttling and restart loops. Counters are read span by span, so that no query is too large for
   * the store.
   */
  async #happened(namespace: string, owners: PodOwners, has: Signals['has']): Promise<void> {
    const counters: Counter[] = [
      ...(has.oomKills ? (['oomEvents', 'restarts'] as const) : []),
      ...(has.throttling ? (['periods', 'throttled'] as const) : []),
    ]
    const limits = { firstSeconds: DAY_SECONDS, mostSeconds: 4 * DAY_SECONDS, leastSeconds: HOUR_SECONDS }
    /** OOM kills of each container of a Pod, by `pod/container`: a kill may show in one of two metrics. */
    const events = new Map<string, number>()
    const load = async ({ fromSeconds, toSeconds }: TimeWindow) => {
      const range = Math.max(1, Math.ceil(toSeconds - fromSeconds))
      const found: [Counter, Labels, number][] = []
      for (const counter of counters)
        for (const { labels, value } of await this.#amounts(risenQuery(counter, this.#in(namespace), range), toSeconds))
          found.push([counter, labels, value])
      return found
    }
    for await (const { loaded } of inSpans(this.#window, HOUR_SECONDS, limits, load)) {
      for (const [counter, labels, value] of loaded) {
        const container = this.#containerOf(owners, namespace, labels)
        if (!container || !(value > 0)) continue
        if (counter === 'oomEvents') {
          const key = `${labels.pod}/${labels.container}`
          events.set(key, (events.get(key) ?? 0) + value)
        } else this.#of(container)[counter] += value
      }
    }
    if (!has.oomKills) return
    const { fromSeconds, toSeconds } = this.#window
    const range = Math.ceil(toSeconds - fromSeconds)
    const killed = await this.#amounts(oomKilledQuery(this.#in(namespace), range), toSeconds)
    for (const { labels } of killed) {
      const key = `${labels.pod}/${labels.container}`
      events.set(key, Math.max(1, events.get(key) ?? 0))
    }
    for (const [key, value] of events) {
      const [pod = '', name = ''] = key.split('/')
      const container = this.#containerOf(owners, namespace, { pod, container: name })
      // `increase` extrapolates to the whole range, so that a count may be fractional.
      if (container) this.#of(container).oomKills += Math.round(value)
    }
    for (const { labels } of await this.#amounts(crashingQuery(this.#in(namespace)), toSeconds)) {
      const container = this.#containerOf(owners, namespace, labels)
      if (container) this.#of(container).isCrashing = true
    }
  }

  #of(container: WorkloadContainer): Troubles {
    return getOr(this.#troubles, containerKey(container), () => ({
      ...{ oomKills: 0, restarts: 0, periods: 0, throttled: 0, isCrashing: false },
    }))
  }

  #containerOf(
    owners: PodOwners,
    namespace: string,
    { pod = '', container = '' }: Labels,
  ): WorkloadContainer | undefined {
    const workload = owners.workloadOf(namespace, pod)
    if (!workload || whyNotNamed(workload, container, pod)) return undefined
    return this.#containers.intern(workload, container)
  }

  async #nodeLabels(): Promise<Map<string, Labels>> {
    const found = await this.#amounts(nodeLabelsQuery({ labels: this.#labels }), this.#window.toSeconds)
    return new Map(found.flatMap(({ labels }) => (labels.node ? [[labels.node, labels]] : [])))
  }

  async #has(what: Parameters<typeof seriesQuery>[0]): Promise<boolean> {
    return (await this.#amounts(seriesQuery(what, { labels: this.#labels }), this.#window.toSeconds)).length > 0
  }

  #amounts(query: string, atSeconds: number): Promise<Amount[]> {
    return readAmounts(this.#api, query, atSeconds)
  }
}

function getOr<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
