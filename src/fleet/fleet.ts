import { type Goal, Mode } from '../api/index.ts'
import type { OomKill } from '../history/index.ts'
import type { PodShape } from '../policy/index.ts'
import type { ContainerResources } from '../resources/index.ts'
import type { PodHealth } from '../revisions/index.ts'
import {
  type RunningWorkload,
  runningUnder,
  type Workload,
  type WorkloadContainer,
  workloadKey,
} from '../workloads/index.ts'
import { isChanged } from './carried.ts'
import { claimsOf, differences } from './claims.ts'
import type { FleetPod } from './pod.ts'

export const MODE_LABEL = 'plimsoll.dev/mode'
/** `allowed` on a namespace in which experiments may run. */
export const EXPERIMENTS_LABEL = 'plimsoll.dev/experiments'
export const ALWAYS_EXCLUDED = ['kube-system', 'kube-node-lease']

/** A workload with Pods in a labelled namespace. */
export interface FleetWorkload {
  readonly workload: Workload
  readonly mode: Mode
  /**
   * Resources that the author of the newest Pod wrote, by container name. If Pods disagree, their owners' templates decide which Pod
   * counts.
   */
  readonly author: ReadonlyMap<string, ContainerResources>
  /** Containers of the newest Pod whose heap follows their memory limit; by default none. */
  readonly heapFollowers?: FleetPod['heapFollowers']
  /** Containers and overhead of the newest Pod. */
  readonly shape: PodShape
  /** Images that the containers of the newest Pod run, by container name. */
  readonly images: ReadonlyMap<string, string>
  /** Each Pod: its health with its current values, its placement, and the labels and controllers by which autoscalers find it. */
  readonly pods: readonly (PodHealth &
    Pick<FleetPod, 'name' | 'uid' | 'placement' | 'labels' | 'controllers' | 'start' | 'boosts'> &
    Partial<Pick<FleetPod, 'author'>>)[]
  /** Labels of the newest Pod. */
  readonly labels: Readonly<Record<string, string>>
  /** Goal that the author of the newest Pod asks for; undefined if the author names none. */
  readonly goal: Goal | undefined
  readonly criticality?: FleetPod['criticality']
  readonly priorityClass?: FleetPod['priorityClass']
  /** Whether the claims of the newest Pod were compared with the other Pods, and with their owners if they disagree. */
  readonly isChecked: boolean
}

/**
 * The running workloads in the labelled namespaces, as far as the learner needs them: which workloads exist, their authors' values, and
 * which containers were OOM-killed. It is fed by watches and sends no requests.
 */
export class Fleet {
  readonly #excluded: ReadonlySet<string>
  readonly #modes = new Map<string, Mode>()
  /** Pods by namespace, then by name. */
  readonly #pods = new Map<string, Map<string, FleetPod>>()
  #newKills: OomKill[] = []
  /** Results of comparing the claims of Pods with other Pods and owners: number of unconfirmed claims, by uid. */
  #unconfirmed: ReadonlyMap<string, number> = new Map()

  /** @param ownNamespace namespace that Plimsoll runs in; its label is ignored, and it is never sized */
  constructor(ownNamespace: string) {
    this.#excluded = new Set([...ALWAYS_EXCLUDED, ownNamespace])
  }

  get namespaces(): readonly string[] {
    return [...this.#modes.keys()]
  }

  /**
   * Sets the label of a namespace; undefined means that the namespace has none, or was deleted.
   * @returns false if the label is not a mode: it then counts as `observe`, and this should be reported
   */
  setMode(namespace: string, label: string | undefined): boolean {
    if (label === undefined || this.#excluded.has(namespace)) {
      this.#modes.delete(namespace)
      this.#pods.delete(namespace)
      return true
    }
    const mode = Mode.safeParse(label)
    this.#modes.set(namespace, mode.success ? mode.data : 'observe')
    return mode.success
  }

  /** The mode of each labelled namespace. */
  get modes(): ReadonlyMap<string, Mode> {
    return this.#modes
  }

  modeOf(namespace: string): Mode | undefined {
    return this.#modes.get(namespace)
  }

  replacePods(namespace: string, pods: Iterable<FleetPod>): void {
    const known = this.#pods.get(namespace)
    const next = new Map<string, FleetPod>()
    this.#pods.set(namespace, next)
    for (const pod of pods) {
      const before = known?.get(pod.name)
      if (before) next.set(pod.name, before)
      this.putPod(pod)
    }
  }

  putPod(pod: FleetPod): void {
    const pods = this.#pods.get(pod.namespace)
    if (!pods) return
    const seen = new Set(pods.get(pod.name)?.oomKills.map(({ key }) => key))
    pods.set(pod.name, pod)
    for (const { key, container, ...kill } of pod.oomKills) {
      if (pod.workload && !seen.has(key))
        this.#newKills.push({ ...kill, pod: pod.name, container: { workload: pod.workload, container } })
    }
  }

  deletePod({ namespace, name, uid }: Pick<FleetPod, 'namespace' | 'name' | 'uid'>): void {
    const pods = this.#pods.get(namespace)
    if (pods?.get(name)?.uid === uid) pods.delete(name)
  }

  /** The Pods of a namespace. */
  podsIn(namespace: string): Iterable<Pick<FleetPod, 'name' | 'uid' | 'createdAt'>> {
    return this.#pods.get(namespace)?.values() ?? []
  }

  /** A Pod by its name; undefined if it is unknown. */
  podOf(namespace: string, name: string): FleetPod | undefined {
    return this.#pods.get(namespace)?.get(name)
  }

  /** Number of Pods with values that somebody set after Plimsoll. */
  get podsChanged(): number {
    let count = 0
    for (const pods of this.#pods.values()) for (const pod of pods.values()) if (isChanged(pod)) count++
    return count
  }

  /** Returns the OOM kills that were not returned yet. */
  takeOomKills(): readonly OomKill[] {
    const kills = this.#newKills
    this.#newKills = []
    return kills
  }

  /** Finds the workload of a Pod's container; undefined if the Pod is unknown, or belongs to no workload. */
  containerOf(namespace: string, pod: string, container: string): WorkloadContainer | undefined {
    const workload = this.#pods.get(namespace)?.get(pod)?.workload
    return workload && { workload, container }
  }

  /**
   * Finds the running workload of a namespace by its name in metrics: the one that the Pod belongs to, if it runs, or else the only one
   * with this kind and name. Metrics contain no API groups.
   */
  runningIn(namespace: string): RunningWorkload {
    const pods = this.#pods.get(namespace)
    const byName = runningUnder(
      [...(pods?.values() ?? [])].flatMap(({ workload, controllers }) => (workload ? [{ workload, controllers }] : [])),
    )
    return (named, pod) => pods?.get(pod)?.workload ?? (named && byName(named))
  }

  /** All Pods of the labelled namespaces. */
  *pods(): Iterable<FleetPod> {
    for (const pods of this.#pods.values()) yield* pods.values()
  }

  /**
   * Sets the results of checking claims: a Pod can claim anything, and the newest Pod determines the author's values of its workload.
   *
   * @param unconfirmed number of unconfirmed claims, by the uid of the Pod; a missing Pod was not checked
   */
  setUnconfirmed(unconfirmed: ReadonlyMap<string, number>): void {
    this.#unconfirmed = unconfirmed
  }

  *workloads(): Iterable<FleetWorkload> {
    for (const [namespace, mode] of this.#modes) {
      for (const pods of this.#groupsIn(namespace)) {
        const pod = spokesman(pods, this.#unconfirmed)
        const { workload, author, heapFollowers, shape, images, labels, goal, criticality, priorityClass } = pod
        const isChecked = this.#unconfirmed.has(pod.uid)
        yield {
          ...{ workload: workload!, mode, author, shape, images, labels, goal, criticality, priorityClass, pods },
          ...(heapFollowers && { heapFollowers }),
          isChecked,
        }
      }
    }
  }

  /** The Pods of each workload whose Pods disagree about it, as during a rollout. */
  *disputed(): Iterable<readonly [FleetPod, ...FleetPod[]]> {
    for (const namespace of this.#modes.keys()) {
      for (const pods of this.#groupsIn(namespace)) {
        const [first, ...others] = pods
        if (others.length === 0) continue
        const claims = claimsOf(first)
        if (others.some((pod) => differences(claims, claimsOf(pod)) > 0)) yield pods
      }
    }
  }

  #groupsIn(namespace: string): Iterable<[FleetPod, ...FleetPod[]]> {
    const groups = new Map<string, [FleetPod, ...FleetPod[]]>()
    for (const pod of this.#pods.get(namespace)?.values() ?? []) {
      if (!pod.workload) continue
      const key = workloadKey(pod.workload)
      const group = groups.get(key)
      if (group) group.push(pod)
      else groups.set(key, [pod])
    }
    return groups.values()
  }
}

/** The newest Pod among those that agree most with their owners' templates; unchecked Pods come last. */
function spokesman(
  [first, ...others]: readonly [FleetPod, ...FleetPod[]],
  unconfirmed: ReadonlyMap<string, number>,
): FleetPod {
  const rank = ({ uid, createdAt }: FleetPod) => ({ count: unconfirmed.get(uid) ?? UNCHECKED, createdAt })
  let best = first
  let most = rank(first)
  for (const pod of others) {
    const its = rank(pod)
    if (its.count > most.count || (its.count === most.count && its.createdAt < most.createdAt)) continue
    best = pod
    most = its
  }
  return best
}

/** Rank of an unchecked Pod: after those with confirmed claims, before those with unconfirmed claims. */
const UNCHECKED = 0.5
