import { type Goal, Mode } from '../api/index.ts'
import type { OomKill } from '../history/index.ts'
import type { PodShape } from '../policy/index.ts'
import type { ContainerResources } from '../resources/index.ts'
import type { PodHealth } from '../revisions/index.ts'
import { type Workload, type WorkloadContainer, workloadKey } from '../workloads/index.ts'
import type { FleetPod } from './pod.ts'

export const MODE_LABEL = 'plimsoll.dev/mode'
const ALWAYS_EXCLUDED = ['kube-system', 'kube-node-lease']

/** A workload with Pods in a labelled namespace. */
export interface FleetWorkload {
  readonly workload: Workload
  readonly mode: Mode
  /** What the author of the newest Pod wrote. */
  readonly author: ReadonlyMap<string, ContainerResources>
  /** Of the newest Pod. */
  readonly shape: PodShape
  /** What the containers of the newest Pod run, by name. */
  readonly images: ReadonlyMap<string, string>
  /** How each Pod fares with what it was given, and its name. */
  readonly pods: readonly (PodHealth & Pick<FleetPod, 'name'>)[]
  /** Labels of the newest Pod. */
  readonly labels: Readonly<Record<string, string>>
  /** That the author of the newest Pod asks for. */
  readonly goal: Goal | undefined
  readonly criticality?: FleetPod['criticality']
  readonly priorityClass?: FleetPod['priorityClass']
}

/**
 * What runs in the labelled namespaces, as far as the learner has to know: which workloads, what their authors wrote,
 * which containers were OOM-killed. Fed by watches; asks nobody.
 */
export class Fleet {
  readonly #excluded: ReadonlySet<string>
  readonly #modes = new Map<string, Mode>()
  /** By namespace, then name. */
  readonly #pods = new Map<string, Map<string, FleetPod>>()
  #newKills: OomKill[] = []

  /** @param ownNamespace where Plimsoll runs; it is never sized by its own label */
  constructor(ownNamespace: string) {
    this.#excluded = new Set([...ALWAYS_EXCLUDED, ownNamespace])
  }

  get namespaces(): readonly string[] {
    return [...this.#modes.keys()]
  }

  /**
   * Takes in the label of a namespace; undefined is a namespace without one, or one that is gone.
   * @returns false when the label is no mode: it counts as `observe`, and somebody should be told
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
        this.#newKills.push({ ...kill, container: { workload: pod.workload, container } })
    }
  }

  deletePod({ namespace, name, uid }: Pick<FleetPod, 'namespace' | 'name' | 'uid'>): void {
    const pods = this.#pods.get(namespace)
    if (pods?.get(name)?.uid === uid) pods.delete(name)
  }

  /** OOM kills that were not handed out before. */
  takeOomKills(): readonly OomKill[] {
    const kills = this.#newKills
    this.#newKills = []
    return kills
  }

  /** Whose container a Pod's is; undefined for a Pod that is not known, or belongs to nothing. */
  containerOf(namespace: string, pod: string, container: string): WorkloadContainer | undefined {
    const workload = this.#pods.get(namespace)?.get(pod)?.workload
    return workload && { workload, container }
  }

  *workloads(): Iterable<FleetWorkload> {
    for (const [namespace, mode] of this.#modes) {
      const groups = new Map<string, { newest: FleetPod; readonly pods: FleetPod[] }>()
      for (const pod of this.#pods.get(namespace)?.values() ?? []) {
        if (!pod.workload) continue
        const key = workloadKey(pod.workload)
        const group = groups.get(key)
        if (!group) groups.set(key, { newest: pod, pods: [pod] })
        else {
          group.pods.push(pod)
          if (pod.createdAt >= group.newest.createdAt) group.newest = pod
        }
      }
      for (const { newest, pods } of groups.values()) {
        const { workload, author, shape, images, labels, goal, criticality, priorityClass } = newest
        yield { workload: workload!, mode, author, shape, images, labels, goal, criticality, priorityClass, pods }
      }
    }
  }
}
