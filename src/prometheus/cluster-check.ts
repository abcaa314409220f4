import { differing, HistoryError, isOfCluster, type Labels, valuesOf } from '../history/index.ts'
import { containerKey, type WorkloadContainer } from '../workloads/index.ts'
import type { RangeSeries } from './answer.ts'
import type { ClusterGuard } from './cluster-guard.ts'
import type { Reporter } from './layout.ts'

/** Labels of the series of one namespace in a store, by reporter. */
export type Rows = Readonly<Record<Reporter, readonly Labels[]>>

/**
 * Throws if the series of one container differ in a label that identifies neither a replica nor a scrape nor a node: then the store has
 * data of several clusters, and workloads with the same name would count as one.
 *
 * A label that only usage has, and that only differs between Pods, is treated as a label of nodes if kube-state-metrics is in the store
 * and does not have it, unless its name looks like that of a cluster.
 */
export class ClusterCheck implements ClusterGuard {
  readonly names: readonly string[]
  readonly #strict: readonly string[]
  readonly #lenient: readonly string[]
  readonly #rows: Rows
  readonly #store: string
  /** Labels of the first series of each container, by reporter and `containerKey`. */
  readonly #first = new Map<string, Labels>()

  constructor(store: string, rows: Rows, names: readonly string[]) {
    this.#store = store
    this.#rows = rows
    const byUsage = differing(rows.usage, names)
    const byState = new Set(differing(rows.state, names))
    this.names = names.filter((name) => byUsage.includes(name) || byState.has(name))
    const isStrict = (name: string) => isOfCluster(name) || byState.has(name) || rows.state.length === 0
    this.#strict = this.names.filter(isStrict)
    this.#lenient = this.names.filter((name) => !isStrict(name))
  }

  accepts(): boolean {
    return true
  }

  endOf(): number {
    return Number.POSITIVE_INFINITY
  }

  together(reporter: Reporter, container: WorkloadContainer, series: readonly Labels[]): void {
    if (this.#strict.length === 0) return
    const key = `${reporter} ${containerKey(container)}`
    for (const labels of series) {
      const first = this.#first.get(key)
      if (!first) this.#first.set(key, labels)
      else this.#compare(container, first, labels, this.#strict)
    }
  }

  ofOnePod(container: WorkloadContainer, series: readonly RangeSeries[]): void {
    if (this.#lenient.length === 0) return
    for (const [i, one] of series.entries())
      for (const other of series.slice(0, i))
        if (overlap(one, other)) this.#compare(container, one.labels, other.labels, this.#lenient)
  }

  #compare(container: WorkloadContainer, one: Labels, other: Labels, names: readonly string[]): void {
    const different = differing([one, other], names)
    if (different.length === 0) return
    const label = different.find(isOfCluster) ?? different[0]!
    throw new HistoryError(severalClusters(this.#store, container, label, this.#valuesOf(label)))
  }

  #valuesOf(label: string): string[] {
    return valuesOf([...this.#rows.usage, ...this.#rows.state], label)
  }
}

/** Maximum number of values in a message. */
const NAMED = 10

function severalClusters(
  store: string,
  { workload: { namespace, kind, name }, container }: WorkloadContainer,
  label: string,
  values: readonly string[],
): string {
  const spelled = values.slice(0, NAMED).map((value) => (value === '' ? 'none at all' : JSON.stringify(value)))
  const more = values.length > NAMED ? ` and ${values.length - NAMED} more` : ''
  const one = values.find((value) => value !== '') ?? ''
  const without = values.includes('') ? `, or "${label}=" for the series without it` : ''
  return (
    `${store} seems to have data of several clusters: the series of container ${container} of ${kind} ${namespace}/${name} differ in the ` +
    `label ${label} (${spelled.join(', ')}${more}). Select one with --prometheus-label ${label}=${one} ` +
    `(in Helm: settings.prometheus.labels)${without}. If all of them are from one cluster, give ${label}=*`
  )
}

function overlap(one: RangeSeries, other: RangeSeries): boolean {
  const [a, b] = [one.seconds, other.seconds]
  return a.length > 0 && b.length > 0 && a[0]! <= b.at(-1)! && b[0]! <= a.at(-1)!
}
