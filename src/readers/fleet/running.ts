import type { CountedNodes, Mode, RunningPod, SloShares } from '../../api/index.ts'
import { type ApiPod, readFleetPod, runningPod } from '../../fleet/index.ts'
import type { OomKill } from '../../history/index.ts'
import { type Amounts, asksOf, type PodAsks, type Price, type SloOverTime } from '../../insight/index.ts'
import { type KubeClient, KubeError, type KubeObject, PODS } from '../../kube/index.ts'
import { readRunningPods, type SecretName } from '../../recommendations/index.ts'
import { containerKey, type RunRule, workloadKey } from '../../workloads/index.ts'
import { ReaderError } from '../error.ts'

/** The Pods of a cluster, as far as a report needs them. */
export interface Running {
  readonly pods: readonly PodAsks[]
  readonly oomKills: readonly OomKill[]
  /** Number of running Pods that belong to no workload. */
  readonly unowned: number
  /** Number of running Pods with values that somebody set after Plimsoll. */
  readonly changed: number
}

/** The running workloads, as the learner has published them. */
export interface PublishedRunning extends Running {
  /** Time of this state, Unix seconds. */
  readonly timeSeconds: number
  readonly modes: ReadonlyMap<string, Mode>
  /** Mean usage of one Pod of each container, by `containerKey`. */
  readonly used: ReadonlyMap<string, Required<Amounts>>
  /** Number of workloads for which there was no room. */
  readonly leftOut: number
  /** Recent shares of bad requests of workloads with SLOs, by `workloadKey`. */
  readonly slos: ReadonlyMap<string, SloOverTime>
  /** Nodes that the cluster has and needs; undefined if the learner does not count them. */
  readonly nodes: CountedNodes | undefined
}

export interface PodSelection {
  /** Namespaces to read; if missing, the whole cluster. */
  readonly namespaces?: readonly string[] | undefined
  /** Label selector of Pods, in kubectl's syntax. */
  readonly selector?: string | undefined
  /** Rules that recognize workloads whose owners live for one run; by default those that need no settings. */
  readonly rules?: readonly RunRule[] | undefined
  readonly signal?: AbortSignal | undefined
}

type PriceOf = (node: string) => Price

/**
 * Reads the Pods themselves.
 *
 * @throws KubeError if they cannot be listed
 */
export async function readPods(
  client: KubeClient,
  { namespaces, selector, rules, signal }: PodSelection,
  priceOf: PriceOf,
): Promise<Running> {
  const pods: PodAsks[] = []
  const oomKills: OomKill[] = []
  let unowned = 0
  let changed = 0
  for (const namespace of namespaces ?? [undefined]) {
    for await (const { items } of client.list<KubeObject>(PODS, { namespace, labelSelector: selector, signal })) {
      for (const item of items) {
        const pod = readFleetPod(item as ApiPod, rules)
        const running = runningPod(pod)
        if (!running) {
          if (!pod.hasEnded) unowned++
          continue
        }
        const { workload } = running
        if (isChangedNow(running)) changed++
        pods.push({ ...asksOf(running, pod.name, priceOn(priceOf, running.node)), controllers: pod.controllers })
        for (const { container, timestampSeconds, limitBytes } of pod.oomKills)
          oomKills.push({ container: { workload, container }, timestampSeconds, limitBytes })
      }
    }
  }
  return { pods, oomKills, unowned, changed }
}

/**
 * Reads what the learner has published about the Pods.
 *
 * @throws ReaderError if it has published nothing yet, or something else; KubeError if the Secret cannot be read
 */
export async function readPublished(
  client: KubeClient,
  secret: SecretName,
  priceOf: PriceOf,
  signal?: AbortSignal,
): Promise<PublishedRunning> {
  const where = `Secret ${secret.name} in namespace ${secret.namespace}`
  const published = await readRunningPods(client, secret, signal).catch((cause: Error) => {
    if (cause instanceof KubeError) throw cause
    throw new ReaderError(`${where} was not written by a learner of this version: ${cause.message}`, {
      cause,
    })
  })
  if (!published) {
    const act = 'The leading learner publishes once a minute: run plimsoll doctor to see whether a learner leads.'
    throw new ReaderError(`the learner has not published the running workloads yet (${where}). ${act}`)
  }
  const { time, modes, pods, unowned, leftOut, slos, nodes } = published
  return {
    timeSeconds: Date.parse(time) / 1000,
    modes: new Map(Object.entries(modes)),
    pods: pods.map((pod) => asksOf(pod, '', priceOn(priceOf, pod.node))),
    oomKills: [],
    used: meanUsage(pods),
    slos: slos ? slosOverTime(slos) : new Map(),
    ...{ nodes, unowned, leftOut, changed: pods.filter(isChangedNow).length },
  }
}

function slosOverTime({ fromSeconds, stepSeconds, objectives }: SloShares): PublishedRunning['slos'] {
  const byWorkload = Map.groupBy(objectives, ({ workload }) => workloadKey(workload))
  return new Map(
    Array.from(byWorkload, ([key, its]) => [
      key,
      { fromSeconds, stepSeconds, objectives: its.map(({ name, kind, shares }) => ({ name, kind, shares })) },
    ]),
  )
}

function isChangedNow({ isChanged, hasEnded }: RunningPod): boolean {
  return isChanged === true && !hasEnded
}

function priceOn(priceOf: PriceOf, node: string | undefined): Price | undefined {
  return node === undefined ? undefined : priceOf(node)
}

function meanUsage(pods: readonly RunningPod[]): PublishedRunning['used'] {
  const sums = new Map<string, { count: number; cpuCores: number; memoryBytes: number }>()
  for (const { workload, containers } of pods) {
    for (const { name, used } of containers) {
      if (!used) continue
      const key = containerKey({ workload, container: name })
      const sum = sums.get(key) ?? { count: 0, cpuCores: 0, memoryBytes: 0 }
      sum.count++
      sum.cpuCores += used.cpuCores
      sum.memoryBytes += used.memoryBytes
      sums.set(key, sum)
    }
  }
  const mean = ([key, { count, cpuCores, memoryBytes }]: [string, { count: number } & Required<Amounts>]) =>
    [key, { cpuCores: cpuCores / count, memoryBytes: memoryBytes / count }] as const
  return new Map([...sums].map(mean))
}
