import type { Goal } from '../../api/index.ts'
import { DATADOG_ADVICE, type DatadogOptions, datadogHistory } from '../../datadog/index.ts'
import { type HistorySource, namedAsRunning, type TimeWindow } from '../../history/index.ts'
import {
  type FleetFacts,
  idleOf,
  type Note,
  type PriceTable,
  type WorkloadFacts,
  workloadsOf,
} from '../../insight/index.ts'
import type { KubeClient } from '../../kube/index.ts'
import type { MinimumHistory } from '../../learner/index.ts'
import {
  type PrometheusOptions,
  prometheusHistory,
  prometheusTraffic,
  ReadingAccount,
  remarksOn,
} from '../../prometheus/index.ts'
import type { SecretName } from '../../recommendations/index.ts'
import { type RunningWorkload, type RunRule, runningUnder, type Workload, workloadKey } from '../../workloads/index.ts'
import { type ClusterReading, readCluster } from './cluster.ts'
import { workloadsFromDatadog } from './from-datadog.ts'
import { learnedFromCheckpoints, usageAsPublished, usageOfMoment } from './from-learner.ts'
import { type ManifestOptions, workloadsInManifests } from './from-manifests.ts'
import { oomKillsOf, type PrometheusReading, readSignals, workloadsFrom } from './from-prometheus.ts'
import { withHpas } from './hpas.ts'
import { join } from './join.ts'
import { doubtsOf, NO_TROUBLES, NOTHING_ASKED } from './notes.ts'
import { ofNamespaces, readUsage, type Usage, type UsageOptions, windowOf } from './usage.ts'

/** Sources of insight: at least one of `cluster`, `prometheus`, `datadog` and `history`. Nothing is written anywhere. */
export interface FleetSources {
  readonly cluster?: {
    readonly client: KubeClient
    readonly namespaces?: readonly string[]
    readonly selector?: string
    /** Secret in which the learner publishes the running workloads; without it, Pods and namespaces are read. */
    readonly publishedIn?: SecretName
    /** Rules that recognize workloads whose owners live for one run; by default those that need no settings. */
    readonly rules?: readonly RunRule[]
  }
  /** Prometheus to read usage and more from. If a cluster is read as well, only for the namespaces of its Pods. */
  readonly prometheus?: PrometheusOptions
  /** Datadog to read usage and requests from, if there is no Prometheus; in the namespaces of the cluster, as above. */
  readonly datadog?: DatadogOptions
  /** History to read usage from, if there is no Prometheus and no Datadog. */
  readonly history?: HistorySource
  /** Namespaces of a file and of manifests; if missing, all. The cluster and Prometheus have separate lists. */
  readonly namespaces?: readonly string[]
  /** Files and folders of manifests with the authors' values, used if no cluster is read. */
  readonly manifests?: readonly string[]
}

export interface FleetFactsOptions
  extends Pick<UsageOptions, 'onProgress' | 'onRead' | 'onLearning' | 'decisionsOf'>,
    ManifestOptions {
  readonly prices: PriceTable
  /** Goal if neither an author nor a Recommendation sets another one. */
  readonly goal: Goal
  readonly nowSeconds: number
  /** Time window of the usage to read from Prometheus or Datadog; a file is read completely. */
  readonly window?: TimeWindow
  readonly minimumHistory?: MinimumHistory | undefined
  readonly signal?: AbortSignal | undefined
  /** Called with the name of what is read next. */
  readonly onReading?: (what: string) => void
}

const DAY_SECONDS = 86_400

/**
 * Reads everything about a fleet from the given sources.
 *
 * @throws HistoryError or KubeError if a given source cannot be read
 */
export async function readFleetFacts(sources: FleetSources, options: FleetFactsOptions): Promise<FleetFacts> {
  const { prices, goal, nowSeconds, signal, onReading = () => {} } = options
  if (sources.cluster) onReading('the cluster of the kubeconfig')
  const cluster =
    sources.cluster && (await readCluster(sources.cluster.client, { ...sources.cluster, prices, nowSeconds, signal }))
  const namespaces = cluster && namespacesOf(cluster.pods)
  const window = options.window ?? { fromSeconds: nowSeconds - 14 * DAY_SECONDS, toSeconds: nowSeconds }
  // A cluster without Pods has no usage to read.
  const running = cluster?.pods ?? []
  const account = new ReadingAccount()
  const known = {
    account,
    running: runningAs(running),
    ...(sources.cluster?.rules && { rules: sources.cluster.rules }),
    ...(namespaces && { namespaces }),
  }
  const isEmpty = namespaces?.length === 0
  const prometheus = isEmpty || !sources.prometheus ? undefined : { ...sources.prometheus, ...known }
  const datadog = isEmpty || !sources.datadog ? undefined : { ...sources.datadog, ...known }
  const store = prometheus ? prometheusHistory(prometheus) : datadog && datadogHistory(datadog)
  const history =
    store ?? (sources.history && namedAsRunning(ofNamespaces(sources.history, sources.namespaces), running))
  if (history) onReading(history.name)
  const signals = prometheus && (await readSignals(prometheus, window, signal))
  const usage = history && (await usageOf(history, { cluster, signals, window, options, isFile: !store }))

  const asked = await askedBy(sources, { cluster, signals }, datadog, options)
  const rest = cluster && sources.cluster && (await fromLearner(sources.cluster, cluster, usage, options))
  const joined = join(asked.workloads, { cluster, signals, usage, learner: rest?.add })
  const { notes } = joined
  const trafficked =
    prometheus && usage ? await withTraffic(joined.workloads, usage, { prometheus, window, signal }) : joined.workloads
  const workloads = withHpas(trafficked, cluster?.hpas, signals?.signals.hpas ?? [])
  return {
    timeSeconds: usage ? usage.history.lastSeconds : (cluster?.published?.timeSeconds ?? nowSeconds),
    sources: [...(cluster ? ['the cluster of the kubeconfig'] : []), ...(history ? [history.name] : [])],
    ...(usage && { window: windowOf(usage) }),
    ...{ goal, prices },
    notes: [
      ...(cluster?.notes ?? []),
      ...(signals?.notes ?? []),
      ...asked.notes,
      ...(rest?.notes ?? []),
      ...remarksOn(account, datadog && DATADOG_ADVICE),
      ...notes,
      ...(usage ? doubtsOf(usage, workloads) : []),
    ],
    workloads,
    ...(usage?.fared && { fared: usage.fared }),
    ...(cluster?.published?.nodes && { nodes: cluster.published.nodes }),
  }
}

function namespacesOf(those: readonly { readonly workload: Workload }[]): readonly string[] {
  return [...new Set(those.map(({ workload }) => workload.namespace))]
}

/** Finds the workload of a Pod by the Pod's name, or else by the workload name in the metrics. */
function runningAs(pods: ClusterReading['pods']): RunningWorkload {
  const byPod = new Map(pods.map(({ pod, workload }) => [`${workload.namespace}/${pod}`, workload]))
  const byName = runningUnder(pods)
  return (named, pod, namespace) => byPod.get(`${namespace}/${pod}`) ?? (named && byName(named))
}

/** Requests and limits of the workloads: from the cluster, or else from manifests, or else from Prometheus or Datadog. */
async function askedBy(
  { manifests, namespaces }: FleetSources,
  { cluster, signals }: Reading,
  datadog: DatadogOptions | undefined,
  options: FleetFactsOptions,
): Promise<Asked> {
  if (cluster) return { workloads: workloadsOf(cluster.pods), notes: [] }
  const notes = signals ? [] : NO_TROUBLES
  if (manifests) {
    const { workloads: all, notes: skipped } = await workloadsInManifests(manifests, options)
    const workloads = all.filter(({ workload }) => namespaces?.includes(workload.namespace) ?? true)
    return { workloads, notes: [...skipped, ...notes] }
  }
  if (signals) return workloadsFrom(signals, options.prices)
  if (!datadog) return { workloads: [], notes: [NOTHING_ASKED, ...NO_TROUBLES] }
  const { prices, nowSeconds, signal } = options
  const asked = await workloadsFromDatadog(datadog, prices, nowSeconds, signal)
  return { workloads: asked.workloads, notes: [...asked.notes, ...NO_TROUBLES] }
}

/** Adds the traffic of the workloads that seem idle by their CPU, and asks for no others. */
async function withTraffic(
  workloads: readonly WorkloadFacts[],
  { history: { firstSeconds, lastSeconds } }: Usage,
  read: {
    readonly prometheus: PrometheusOptions
    readonly window: TimeWindow
    readonly signal: AbortSignal | undefined
  },
): Promise<readonly WorkloadFacts[]> {
  const { prometheus, window, signal } = read
  const idle = new Set(
    workloads.filter((facts) => idleOf(facts, { fromSeconds: firstSeconds, toSeconds: lastSeconds })),
  )
  if (idle.size === 0) return workloads
  const received = await prometheusTraffic(prometheus, window, namespacesOf([...idle]), signal)
  return workloads.map((facts) => {
    const receivedBytesPerSecond = idle.has(facts) ? received.get(workloadKey(facts.workload)) : undefined
    return receivedBytesPerSecond === undefined ? facts : { ...facts, receivedBytesPerSecond }
  })
}

interface Asked {
  readonly workloads: readonly WorkloadFacts[]
  readonly notes: readonly Note[]
}

interface Reading {
  readonly cluster: ClusterReading | undefined
  readonly signals: PrometheusReading | undefined
}

async function usageOf(
  source: HistorySource,
  read: Reading & { readonly window: TimeWindow; readonly options: FleetFactsOptions; readonly isFile: boolean },
): Promise<Usage> {
  const { cluster, signals, window, isFile, options } = read
  const { minimumHistory, signal, onProgress, onRead, onLearning, decisionsOf } = options
  const kills = [
    ...(cluster?.oomKills.filter(({ timestampSeconds }) => timestampSeconds >= window.fromSeconds) ?? []),
    ...(signals && !cluster ? oomKillsOf(signals, window.toSeconds) : []),
  ]
  return await readUsage(source, {
    ...(!isFile && { window }),
    ...(minimumHistory && { minimumHistory }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
    ...(onRead && { onRead }),
    ...(onLearning && { onLearning }),
    ...(decisionsOf && { decisionsOf }),
    oomKills: kills,
  })
}

type Learner = Awaited<ReturnType<typeof learnedFromCheckpoints>>['add']

/** What the learners in the cluster know, and current usage; undefined if a history was read. */
async function fromLearner(
  { client, namespaces }: NonNullable<FleetSources['cluster']>,
  cluster: ClusterReading,
  usage: Usage | undefined,
  { nowSeconds, signal }: FleetFactsOptions,
): Promise<{ readonly add: Learner; readonly notes: readonly Note[] } | undefined> {
  if (usage) return undefined
  const checkpoints = await learnedFromCheckpoints(client, cluster, { namespaces, nowSeconds, signal })
  const moment = cluster.published ? usageAsPublished(cluster.published) : await usageOfMoment(client, cluster, signal)
  return {
    add: (workload, container) => moment.add(workload, checkpoints.add(workload, container)),
    notes: [...checkpoints.notes, ...moment.notes],
  }
}
