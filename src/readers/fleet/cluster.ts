import { Mode, type Recommendation, readRecommendation } from '../../api/index.ts'
import { MODE_LABEL } from '../../fleet/index.ts'
import type { OomKill } from '../../history/index.ts'
import { type Note, type PodAsks, type PriceTable, plural, priceOfNode } from '../../insight/index.ts'
import { type KubeClient, type KubeObject, NAMESPACES, NODES } from '../../kube/index.ts'
import { RECOMMENDATIONS, recommendationName, type SecretName } from '../../recommendations/index.ts'
import type { Workload } from '../../workloads/index.ts'
import { tolerating } from '../tolerate.ts'
import { type Hpas, readHpas } from './hpas.ts'
import { type PodSelection, type PublishedRunning, readPods, readPublished } from './running.ts'

/** What the cluster itself reports, read with the user's rights. Nothing is written. */
export interface ClusterReading {
  readonly pods: readonly PodAsks[]
  readonly oomKills: readonly OomKill[]
  /** Recommendations by `namespace/name`. */
  readonly recommendations: ReadonlyMap<string, Recommendation>
  readonly modes: ReadonlyMap<string, Mode>
  /** HPAs of the workloads; undefined if they cannot be read. */
  readonly hpas?: Hpas | undefined
  readonly notes: readonly Note[]
  /** What the learner has published about the Pods; undefined if the Pods themselves were read. */
  readonly published?: Pick<PublishedRunning, 'timeSeconds' | 'used' | 'slos' | 'nodes'> | undefined
}

export interface ClusterSelection extends PodSelection {
  /**
   * Secret in which the learner publishes the running workloads. If undefined, Pods and namespaces themselves are read. With it, only
   * labelled namespaces are known.
   */
  readonly publishedIn?: SecretName | undefined
  readonly prices: PriceTable
  readonly nowSeconds: number
}

type Labelled = KubeObject & { readonly metadata: { readonly labels?: Readonly<Record<string, string>> } }

/**
 * Reads the cluster.
 *
 * @throws KubeError if the Pods cannot be read, because there is nothing to report then
 */
export async function readCluster(client: KubeClient, selection: ClusterSelection): Promise<ClusterReading> {
  const { namespaces, prices, publishedIn, signal } = selection
  const notes: Note[] = []
  const tolerate = tolerating((what, { message }) => {
    notes.push({ code: 'NotReadable', says: `${what} could not be read: ${message}` })
  })
  const nodes =
    prices.pools.length === 0
      ? new Map<string, Readonly<Record<string, string>>>()
      : await tolerate('Nodes', nodeLabels(client, signal), new Map())
  const priceOf = (node: string) => priceOfNode(prices, nodes.get(node))
  const published = publishedIn && (await readPublished(client, publishedIn, priceOf, signal))
  const { pods, oomKills, unowned, changed } = published ?? (await readPods(client, selection, priceOf))
  if (unowned > 0) {
    const says = `${unowned} ${unowned === 1 ? 'Pod' : 'Pods'} without a lasting controller, such as bare Pods and Jobs, ${unowned === 1 ? 'is' : 'are'} left out.`
    notes.push({ code: 'PodsLeftOut', says })
  }
  if (changed > 0) {
    const says = `${changed} ${changed === 1 ? 'Pod carries' : 'Pods carry'} values that somebody set after Plimsoll, which do not count as saved. plimsoll doctor lists the webhooks that run after it.`
    notes.push({ code: 'ChangedAfterPlimsoll', says })
  }
  notes.push(...(published ? doubtsAbout(published, selection) : []))
  const modes =
    published?.modes ?? (await tolerate('Namespaces', readModes(client, namespaces, signal), new Map<string, Mode>()))
  const hpas = await tolerate('HorizontalPodAutoscalers', readHpas(client, namespaces, signal), undefined)
  const recommendations = new Map<string, Recommendation>()
  const unread: string[] = []
  const take = (object: KubeObject) => {
    const name = `${object.metadata.namespace}/${object.metadata.name}`
    try {
      recommendations.set(name, readRecommendation(object).recommendation)
    } catch {
      // It may be of a newer version; the others are still read.
      unread.push(name)
    }
  }
  const takeAll = async () => {
    for (const namespace of namespaces ?? [undefined])
      for await (const { items } of client.list<KubeObject>(RECOMMENDATIONS, { namespace, signal })) items.forEach(take)
  }
  await tolerate('Recommendations', takeAll(), undefined)
  if (unread.length > 0) {
    const says = `${unread.length} of the Recommendations cannot be read by this version and are left out, such as ${unread[0]}.`
    notes.push({ code: 'NotReadable', says })
  }
  return { pods, oomKills, recommendations, modes, hpas, notes, published }
}

/** Age from which published data counts as outdated: the learner publishes every minute. */
const OUTDATED_SECONDS = 5 * 60

function doubtsAbout({ timeSeconds, leftOut }: PublishedRunning, { nowSeconds }: ClusterSelection): Note[] {
  const notes: Note[] = []
  if (nowSeconds - timeSeconds > OUTDATED_SECONDS) {
    notes.push({
      code: 'NotCurrent',
      says: `The learner has not published the running workloads since ${new Date(timeSeconds * 1000).toISOString().slice(0, 16)}Z.`,
      act: 'To find out why, run plimsoll doctor.',
    })
  }
  if (leftOut > 0) {
    notes.push({
      code: 'RowsLeftOut',
      says: `${plural(leftOut, 'workload')} ${leftOut === 1 ? 'is' : 'are'} left out: not all workloads fit into the Secret that the learner publishes.`,
      act: 'Start plimsoll dashboard with your own rights: it reads the Pods themselves.',
    })
  }
  return notes
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
