import { type Labels, type TimeWindow, valuesOf } from '../history/index.ts'
import type { Rows } from './cluster-check.ts'
import { type Evidence, type PodSeries, readPodSeries } from './cluster-evidence.ts'
import type { ClusterGuard } from './cluster-guard.ts'
import { namesIn, readRows } from './cluster-rows.ts'
import type { Reporter } from './layout.ts'
import type { PrometheusOptions } from './options.ts'
import { StoreReader } from './store-reader.ts'

/** Pods of the cluster that the learner knows. */
export interface KnownPods {
  readonly namespaces: readonly string[]
  /** Time (Unix seconds) since which every Pod of a namespace is known. */
  sinceSeconds(namespace: string): number
  /** UIDs of the Pods that have had this name; undefined if none is known. */
  uidsOf(namespace: string, pod: string): ReadonlySet<string> | undefined
}

/** The guard for the series of a namespace, or why there can be none. */
export type Decided = { readonly guard: ClusterGuard } | { readonly why: string }

const HOUR_SECONDS = 3600

/**
 * Finds out which series of a store are from the cluster whose Pods are known: those with the same labels as the series of these Pods.
 * So a workload with the same name in another cluster is not mistaken for the one here.
 */
export class OwnCluster {
  readonly #pods: KnownPods
  /** Evidence of each namespace, and when it was read (Unix seconds). */
  readonly #evidence = new Map<string, { readonly found: readonly PodSeries[]; readonly atSeconds: number }>()

  constructor(pods: KnownPods) {
    this.#pods = pods
  }

  /** @throws HistoryError if the store cannot be read */
  async decide(
    options: PrometheusOptions,
    namespace: string,
    window: TimeWindow,
    signal?: AbortSignal,
  ): Promise<Decided> {
    const followed = new Set([namespace, ...this.#pods.namespaces])
    for (const each of this.#evidence.keys()) if (!followed.has(each)) this.#evidence.delete(each)
    const reader = await StoreReader.open(options, signal)
    try {
      // Use at least an hour, because a window of one step may contain no series.
      const seen = { ...window, fromSeconds: Math.min(window.fromSeconds, window.toSeconds - HOUR_SECONDS) }
      const rows = await readRows(reader, namespace, seen)
      const names = namesIn(rows, reader.settled)
      if (names.length === 0) return { guard: new OwnGuard(this.#pods, [], NO_EVIDENCE) }
      const evidence = await this.#evidenceFor(reader, namespace, window.toSeconds)
      if (evidence.usage.length > 0) return { guard: new OwnGuard(this.#pods, names, evidence) }
      return { why: whyUndecided(rows, names) }
    } finally {
      await reader.close()
    }
  }

  /** Evidence from the Pods of the namespace, or, if they prove nothing, from those of all namespaces. */
  async #evidenceFor(reader: StoreReader, namespace: string, atSeconds: number): Promise<Evidence> {
    const own = strongest(await this.#read(reader, namespace, atSeconds))
    if (own.isProven) return own
    const all: PodSeries[] = []
    for (const each of new Set([namespace, ...this.#pods.namespaces]))
      all.push(...(await this.#read(reader, each, atSeconds)))
    return strongest(all)
  }

  async #read(reader: StoreReader, namespace: string, atSeconds: number): Promise<readonly PodSeries[]> {
    const known = this.#evidence.get(namespace)
    // While nothing is found, look again each time.
    if (known && known.found.length > 0 && atSeconds - known.atSeconds < HOUR_SECONDS) return known.found
    const found = await readPodSeries(reader, namespace, atSeconds, (pod) => this.#pods.uidsOf(namespace, pod))
    this.#evidence.set(namespace, { found, atSeconds })
    return found
  }
}

const NO_EVIDENCE: Evidence = { usage: [], state: [], isProven: false }

/** Labels from the series with the strongest proof: weaker proof of other labels does not count. */
function strongest(all: readonly PodSeries[]): Evidence {
  const of = (reporter: Reporter) => {
    const its = all.filter((one) => one.reporter === reporter)
    const best = Math.max(0, ...its.map(({ proof }) => proof))
    return its.filter(({ proof }) => proof === best)
  }
  const [usage, state] = [of('usage'), of('state')]
  return {
    usage: usage.map(({ labels }) => labels),
    state: state.map(({ labels }) => labels),
    isProven: usage.some(({ proof }) => proof === 3),
  }
}

/**
 * Accepts the series whose labels are those of known Pods. From the time at which all Pods are known, accepts only series of these
 * Pods.
 */
class OwnGuard implements ClusterGuard {
  readonly names: readonly string[]
  readonly #pods: KnownPods
  readonly #values: Readonly<Record<Reporter, ReadonlyMap<string, ReadonlySet<string>>>>

  constructor(pods: KnownPods, names: readonly string[], evidence: Evidence) {
    this.#pods = pods
    this.names = names
    const of = (series: readonly Labels[]) => new Map(names.map((name) => [name, new Set(valuesOf(series, name))]))
    this.#values = { usage: of(evidence.usage), state: of(evidence.state) }
  }

  accepts(reporter: Reporter, series: Labels, names = this.names): boolean {
    return names.every((name) => this.#values[reporter].get(name)!.has(series[name] ?? ''))
  }

  endOf(namespace: string, pod: string): number {
    const isKnown = this.#pods.uidsOf(namespace, pod) !== undefined
    return isKnown ? Number.POSITIVE_INFINITY : this.#pods.sinceSeconds(namespace)
  }

  together(): void {}

  ofOnePod(): void {}
}

function whyUndecided(rows: Rows, names: readonly string[]): string {
  const spelled = names.map((name) => {
    const values = valuesOf([...rows.usage, ...rows.state], name).map((value) => JSON.stringify(value))
    return `${name} (${values.slice(0, 10).join(', ')})`
  })
  return (
    `its series have labels that may be another cluster's, ${spelled.join(', ')}, and it has no usage of a running Pod of this cluster ` +
    'to identify them. Set prometheus.labels to the labels of this cluster'
  )
}
