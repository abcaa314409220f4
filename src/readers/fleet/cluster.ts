import { Mode, type Recommendation, readRecommendation } from '../../api/index.ts'
import { type ApiPod, MODE_LABEL, readFleetPod, withoutForeign } from '../../fleet/index.ts'
import type { OomKill } from '../../history/index.ts'
import { allotmentsOf, type Note, type PriceTable, priceOfNode } from '../../insight/index.ts'
import { type KubeClient, type KubeObject, NAMESPACES, NODES, PODS, type ResourceType } from '../../kube/index.ts'
import { readContainers } from '../../policy/index.ts'
import { RECOMMENDATIONS, recommendationName } from '../../recommendations/index.ts'
import type { RunRule, Workload } from '../../workloads/index.ts'
import { tolerating } from '../tolerate.ts'
import type { PodAsks } from './pod-asks.ts'

/** What the cluster itself reports, read with the rights of the user. Nothing is written. */
export interface ClusterReading {
  readonly pods: readonly PodAsks[]
  readonly oomKills: readonly OomKill[]
  /** Recommendations by `namespace/name`. */
  readonly recommendations: ReadonlyMap<string, Recommendation>
  readonly modes: ReadonlyMap<string, Mode>
  readonly notes: readonly Note[]
}

export interface ClusterSelection {
  /** Namespaces to read; if missing, the whole cluster. */
  readonly namespaces?: readonly string[] | undefined
  /** Label selector of Pods, in kubectl's syntax. */
  readonly selector?: string | undefined
  readonly prices: PriceTable
  readonly rules?: readonly RunRule[] | undefined
  readonly signal?: AbortSignal | undefined
}

type Labelled = KubeObject & { readonly metadata: { readonly labels?: Readonly<Record<string, string>> } }
type RunningPod = ApiPod &
  KubeObject & {
    readonly spec?: { readonly nodeName?: string }
    readonly status?: { readonly phase?: string }
  }

/** Phases of Pods that have ended, and no longer hold their requests. */
const ENDED = new Set(['Succeeded', 'Failed'])

/**
 * Reads the cluster.
 *
 * @throws KubeError if the Pods cannot be read: without them there is nothing to report
 */
export async function readCluster(client: KubeClient, selection: ClusterSelection): Promise<ClusterReading> {
  const { namespaces, selector, prices, rules, signal } = selection
  const notes: Note[] = []
  const scopes = namespaces ?? [undefined]
  async function* all<T extends KubeObject>(type: ResourceType, labelSelector?: string): AsyncGenerator<T> {
    for (const namespace of scopes)
      for await (const { items } of client.list<T>(type, { namespace, labelSelector, signal })) yield* items
  }
  const tolerate = tolerating((what, { message }) => {
    notes.push({ code: 'NotReadable', says: `${what} could not be read: ${message}` })
  })
  const nodes =
    prices.pools.length === 0
      ? new Map<string, Readonly<Record<string, string>>>()
      : await tolerate('Nodes', nodeLabels(client, signal), new Map())
  const pods: PodAsks[] = []
  const oomKills: OomKill[] = []
  let left = 0
  let changed = 0
  for await (const pod of all<RunningPod>(PODS, selector)) {
    const read = readPod(pod, rules, (node) => priceOfNode(prices, nodes.get(node)))
    if (!read) {
      if (!ENDED.has(pod.status?.phase ?? '')) left++
      continue
    }
    pods.push(read.asks)
    if (read.isChanged && read.asks.isRunning) changed++
    oomKills.push(...read.oomKills)
  }
  if (left > 0) {
    const says = `${left} ${left === 1 ? 'Pod' : 'Pods'} without a controller that stays, such as bare Pods and Jobs, ${left === 1 ? 'is' : 'are'} left out.`
    notes.push({ code: 'PodsLeftOut', says })
  }
  if (changed > 0) {
    const says = `${changed} ${changed === 1 ? 'Pod carries' : 'Pods carry'} values that somebody set after Plimsoll, which do not count as saved. plimsoll doctor names the webhooks that come after it.`
    notes.push({ code: 'ChangedAfterPlimsoll', says })
  }
  const modes = await tolerate('Namespaces', readModes(client, namespaces, signal), new Map<string, Mode>())
  const recommendations = new Map<string, Recommendation>()
  const unread: string[] = []
  const take = (object: KubeObject) => {
    const name = `${object.metadata.namespace}/${object.metadata.name}`
    try {
      recommendations.set(name, readRecommendation(object).recommendation)
    } catch {
      // It may be of a newer version, which does not affect the others.
      unread.push(name)
    }
  }
  const takeAll = async () => {
    for await (const object of all<KubeObject>(RECOMMENDATIONS)) take(object)
  }
  await tolerate('Recommendations', takeAll(), undefined)
  if (unread.length > 0) {
    const says = `${unread.length} of the Recommendations make no sense to this version and are left out, such as ${unread[0]}.`
    notes.push({ code: 'NotReadable', says })
  }
  return { pods, oomKills, recommendations, modes, notes }
}

export function recommendationOf({ recommendations }: ClusterReading, workload: Workload): Recommendation | undefined {
  return recommendations.get(`${workload.namespace}/${recommendationName(workload)}`)
}

async function nodeLabels(client: KubeClient, signal: AbortSignal | undefined) {
  const labels = new Map<string, Readonly<Record<string, string>>>()
  for await (const { items } of client.list<Labelled>(NODES, { signal }))
    for (const { metadata } of items) labels.set(metadata.name ?? '', metadata.labels ?? {})
  return labels
}

async function readModes(
  client: KubeClient,
  namespaces: readonly string[] | undefined,
  signal: AbortSignal | undefined,
) {
  const modes = new Map<string, Mode>()
  const take = ({ metadata }: Labelled) => {
    const mode = Mode.safeParse(metadata.labels?.[MODE_LABEL])
    if (mode.success) modes.set(metadata.name ?? '', mode.data)
  }
  if (namespaces) {
    for (const name of namespaces) take(await client.get<Labelled>(NAMESPACES, { name }, { signal }))
  } else {
    for await (const { items } of client.list<Labelled>(NAMESPACES, { signal })) items.forEach(take)
  }
  return modes
}

function readPod(
  pod: RunningPod,
  rules: readonly RunRule[] | undefined,
  priceOf: (node: string) => NonNullable<PodAsks['price']>,
): { readonly asks: PodAsks; readonly oomKills: readonly OomKill[]; readonly isChanged: boolean } | undefined {
  const {
    workload,
    controllers,
    name,
    author,
    containers: carriedBy,
    createdAt,
    goal,
    criticality,
    crashing,
    oomKills,
  } = readFleetPod(pod, rules)
  if (!workload) return undefined
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]
  const containers = readContainers(pod)
    .filter(({ kind }) => kind !== 'init')
    .map(({ name, carried }): [string, ReturnType<PodAsks['containers']['get']> & object] => [
      name,
      {
        author: allotmentsOf(withoutForeign(author.get(name) ?? carried, carried, carriedBy.get(name)?.changed)),
        now: allotmentsOf(carried),
        oomKills: oomKills.filter(({ container }) => container === name).length,
        restarts: statuses.find((status) => status.name === name)?.restartCount ?? 0,
        ...(crashing.includes(name) && { isCrashing: true }),
      },
    ])
  const node = pod.spec?.nodeName
  return {
    asks: {
      ...{ workload, controllers, pod: name, createdAt, goal, criticality },
      isRunning: !ENDED.has(pod.status?.phase ?? ''),
      price: node === undefined ? undefined : priceOf(node),
      containers: new Map(containers),
    },
    isChanged: [...carriedBy.values()].some((one) => one.changed !== undefined),
    oomKills: oomKills.map(({ container, timestampSeconds, limitBytes }) => ({
      ...{ container: { workload, container }, timestampSeconds, limitBytes },
    })),
  }
}
