import { type Labels, type PodOwners, type TimeWindow, whyNotNamed } from '../history/index.ts'
import { containerKey, type Workload } from '../workloads/index.ts'
import type { ReadingAccount } from './account.ts'
import type { ClusterGuard } from './cluster-guard.ts'
import { podContainerKey, readNativeSidecars } from './native-sidecars.ts'
import type { Scope } from './selector.ts'
import {
  askedForQuery,
  type ContainerKind,
  containersQuery,
  type Present,
  podNodesQuery,
  runningQuery,
} from './signal-queries.ts'
import type { StoreReader } from './store-reader.ts'

/** How long ago a Pod may have ended to still count: most Pods of a CronJob have ended. */
const LATELY_SECONDS = 86_400
const WEEK_SECONDS = 7 * 86_400

/** Requests and limits of one container of one Pod, in cores and bytes; missing if it has none. */
export interface AskedForByContainer {
  readonly requests: { cpu?: number; memory?: number }
  readonly limits: { cpu?: number; memory?: number }
}

export interface PodSignals {
  readonly workload: Workload
  readonly pod: string
  /** Whether it still reserves its requests. */
  readonly isRunning: boolean
  readonly node: string | undefined
  readonly containers: ReadonlyMap<string, AskedForByContainer>
}

/** Where the objects of one namespace are read. */
export interface NamespaceReading {
  readonly reader: StoreReader
  readonly namespace: string
  readonly usage: Scope
  readonly state: Scope
  readonly owners: PodOwners
  readonly guard: ClusterGuard
  readonly account: ReadingAccount
  readonly present: Present
  readonly has: { readonly phases: boolean; readonly initContainers: boolean }
}

/** Requests of all Pods of a container a week before, in cores and bytes, by `containerKey`. */
export type RequestsBefore = Map<string, { cpu: number; memory: number }>

/** Reads requests and limits of the Pods of a namespace, and adds the requests of a week before to `before`. */
export async function readAskedFor(reading: NamespaceReading, before: RequestsBefore): Promise<PodSignals[]> {
  const { reader, namespace, state, owners, account, present, has, usage } = reading
  const at = (query: string) => reader.at(query, present.seconds)
  const running = await readRunning(reading)
  const nodes = new Map((await at(podNodesQuery(state, present))).map(({ labels }) => [labels.pod, labels.node]))
  const window = { fromSeconds: present.seconds - LATELY_SECONDS, toSeconds: present.seconds }
  const sidecars = has.initContainers
    ? await readNativeSidecars(reader, { usage, state }, window, running)
    : new Set<string>()
  const asked = await readContainers(reading, window, sidecars)
  const pods: PodSignals[] = []
  const named = new Set<string>()
  for (const [pod, { containers, series }] of asked) {
    const origin = owners.originOf(namespace, pod)
    if (!origin.workload) {
      account.leftOut(origin.why, namespace, pod)
      continue
    }
    if (origin.guess) account.guess(origin.guess, origin.workload)
    const { workload } = origin
    const its = new Map([...containers].filter(([name]) => !whyNotNamed(workload, name, pod)))
    for (const container of its.keys()) {
      reading.guard.together('state', { workload, container }, series.get(container) ?? [])
      named.add(containerKey({ workload, container }))
    }
    pods.push({ workload, pod, isRunning: running.has(pod), node: nodes.get(pod), containers: its })
  }
  for (const kind of kindsOf(has)) {
    for (const { labels, value } of await reader.at(
      askedForQuery('requests', kind, state),
      present.seconds - WEEK_SECONDS,
    )) {
      const { pod = '', container = '', resource } = labels
      const workload = reading.guard.accepts('state', labels) ? owners.workloadOf(namespace, pod) : undefined
      if (!workload || (resource !== 'cpu' && resource !== 'memory')) continue
      const key = containerKey({ workload, container })
      if (!named.has(key)) continue
      const sum = before.get(key) ?? { cpu: 0, memory: 0 }
      before.set(key, { ...sum, [resource]: sum[resource] + value })
    }
  }
  return pods
}

/** The metrics under which containers are reported. */
export function kindsOf({ initContainers }: NamespaceReading['has']): readonly ContainerKind[] {
  return initContainers ? ['container', 'init_container'] : ['container']
}

/** Names of the Pods that reserve their requests. */
async function readRunning({ reader, state, present, has }: NamespaceReading): Promise<Set<string | undefined>> {
  // If the store has no phases, use the Pods that have requests now.
  const query = has.phases
    ? runningQuery(state, present)
    : askedForQuery('requests', 'container', state, present.lookBackSeconds)
  return new Set((await reader.at(query, present.seconds)).map(({ labels }) => labels.pod))
}

interface AskedForByPod {
  readonly containers: Map<string, AskedForByContainer>
  /** Labels of the series of each container. */
  readonly series: Map<string, Labels[]>
}

async function readContainers(
  { reader, state, has, guard }: NamespaceReading,
  window: TimeWindow,
  sidecars: ReadonlySet<string>,
): Promise<Map<string, AskedForByPod>> {
  const pods = new Map<string, AskedForByPod>()
  for (const kind of kindsOf(has)) {
    const entryOf = (labels: Labels): AskedForByContainer | undefined => {
      const { pod = '', container = '' } = labels
      if (!guard.accepts('state', labels)) return undefined
      if (kind === 'init_container' && !sidecars.has(podContainerKey({ pod, container }))) return undefined
      const its = pods.get(pod) ?? { containers: new Map(), series: new Map() }
      pods.set(pod, its)
      const entry = its.containers.get(container) ?? { requests: {}, limits: {} }
      its.containers.set(container, entry)
      its.series.set(container, [...(its.series.get(container) ?? []).slice(-SERIES_KEPT), labels])
      return entry
    }
    for await (const [containers, requests, limits] of reader.over(
      window,
      (range) => containersQuery(kind, state, range),
      (range) => askedForQuery('requests', kind, state, range),
      (range) => askedForQuery('limits', kind, state, range),
    )) {
      for (const { labels } of containers!) entryOf(labels)
      for (const [which, found] of [['requests', requests!] as const, ['limits', limits!] as const]) {
        for (const { labels, value } of found) {
          const { resource } = labels
          if (resource !== 'cpu' && resource !== 'memory') continue
          const entry = entryOf(labels)
          if (entry) entry[which][resource] = value
        }
      }
    }
  }
  return pods
}

/** Maximum number of series of a container that are compared: there are five for each cluster. */
const SERIES_KEPT = 20
