import { type Labels, MEMORY_METRIC, mayIdentify, NOT_IDENTIFYING } from '../history/index.ts'
import type { Reporter } from './layout.ts'
import { OF_CONTAINERS, type Scope, selector } from './selector.ts'
import type { StoreReader } from './store-reader.ts'

/** Labels of series that are from the cluster, by reporter. */
export interface Evidence extends Readonly<Record<Reporter, readonly Labels[]>> {
  /** Whether the UID of a Pod proves it. */
  readonly isProven: boolean
}

/**
 * The labels in the series of a known Pod that may identify a cluster, and the strength of the proof: 3 by the Pod's UID, 2 by a name
 * that exists only once or by kube-state-metrics, 1 by a name that a Pod in another cluster may also have.
 */
export interface PodSeries {
  readonly reporter: Reporter
  readonly labels: Labels
  readonly proof: 1 | 2 | 3
}

/** A store may be some hours delayed. */
const RECENT_SECONDS = 4 * 3600
/** The end of a generated name, see `workloads/pod-name.ts`. */
const GENERATED = /-[bcdfghjklmnpqrstvwxz2456789]{5}$/
/** UID of the Pod in the name of its cgroup; the systemd driver uses underscores. */
const UID = /pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12})/

/** Reads the labels in the series of the known Pods of a namespace. */
export async function readPodSeries(
  reader: StoreReader,
  namespace: string,
  atSeconds: number,
  uidsOf: (pod: string) => ReadonlySet<string> | undefined,
): Promise<PodSeries[]> {
  const window = { fromSeconds: atSeconds - RECENT_SECONDS, toSeconds: atSeconds }
  const pods = new Map<string, Seen[]>()
  for (const reporter of ['usage', 'state'] as const) {
    const scope = await reader.scope(reporter, window, namespace)
    const series = await reader.labelsOver(window, (range) => podSeriesQuery(reporter, scope, range))
    for (const labels of series) {
      const { pod = '' } = labels
      if (!uidsOf(pod)) continue
      const seen = { reporter, labels: identity(labels), uid: uidIn(labels) }
      pods.set(pod, [...(pods.get(pod) ?? []), seen])
    }
  }
  const found = new Map<string, PodSeries>()
  for (const [pod, seen] of pods)
    for (const one of proofsOf(pod, seen, uidsOf(pod)!)) found.set(JSON.stringify(one), one)
  return [...found.values()]
}

interface Seen {
  readonly reporter: Reporter
  readonly labels: Labels
  readonly uid: string | undefined
}

function proofsOf(pod: string, all: readonly Seen[], uids: ReadonlySet<string>): PodSeries[] {
  // A series with another UID belongs to another Pod: one in another cluster, or an earlier one.
  const seen = all.filter(({ uid }) => uid === undefined || uids.has(uid))
  const proven = seen.filter(({ uid }) => uid !== undefined)
  const states = distinct(seen, 'state')
  return (['usage', 'state'] as const).flatMap((reporter): PodSeries[] => {
    const certain = distinct(proven, reporter)
    if (certain.length > 0) return certain.map((labels) => ({ reporter, labels, proof: 3 }))
    const its = distinct(seen, reporter)
    const named = its.filter((labels) => states.length === 1 && isSame(labels, states[0]!))
    if (named.length > 0) return named.map((labels) => ({ reporter, labels, proof: 2 }))
    return its.length === 1 ? [{ reporter, labels: its[0]!, proof: GENERATED.test(pod) ? 2 : 1 }] : []
  })
}

function distinct(seen: readonly Seen[], reporter: Reporter): Labels[] {
  const its = seen.filter((one) => one.reporter === reporter).map(({ labels }) => labels)
  return [...new Map(its.map((labels) => [JSON.stringify(labels), labels])).values()]
}

function isSame(one: Labels, other: Labels): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** The labels of a series that may identify a cluster, sorted by name. */
function identity(series: Labels): Labels {
  const entries = Object.entries(series).filter(([name, value]) => value !== '' && mayIdentify(name))
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function uidIn({ uid, id }: Labels): string | undefined {
  return uid || UID.exec(id ?? '')?.[1]?.replaceAll('_', '-')
}

/** Labels that identify a Pod and prove its identity. */
const KEPT = new Set(['namespace', 'pod', 'id', 'uid'])

function podSeriesQuery(reporter: Reporter, scope: Scope, rangeSeconds: number): string {
  const without = NOT_IDENTIFYING.filter((name) => !KEPT.has(name))
  const of = scope.layout!.forms.map((form) => {
    const series =
      reporter === 'usage'
        ? selector(MEMORY_METRIC, scope, OF_CONTAINERS, form)
        : selector('', scope, ['__name__=~"kube_pod_info|kube_pod_owner"'], form)
    return `count without (${without.join(',')}) (${form.renamed(`last_over_time(${series}[${rangeSeconds}s])`)})`
  })
  return of.join(' or ')
}
