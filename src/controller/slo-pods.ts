import type { Fleet } from '../fleet/index.ts'
import { type RunningWorkload, type Workload, workloadFromPodName, workloadKey } from '../workloads/index.ts'

/** Maps Pods in series to their workloads, including Pods that no longer exist. */
export class SloPods {
  readonly #fleet: Pick<Fleet, 'workloads' | 'podOf' | 'runningIn'>
  /** Keys of all running workloads. */
  #running: ReadonlySet<string> = new Set()
  /** Which workload runs under a name, by namespace. */
  readonly #runningAs = new Map<string, RunningWorkload>()

  constructor(fleet: Pick<Fleet, 'workloads' | 'podOf' | 'runningIn'>) {
    this.#fleet = fleet
  }

  /** Updates the running workloads. */
  refresh(): void {
    this.#running = new Set(Array.from(this.#fleet.workloads(), ({ workload }) => workloadKey(workload)))
    this.#runningAs.clear()
  }

  /** Key of the workload of a Pod; undefined if it belongs to no running workload. */
  keyOf(namespace: string, pod: string): string | undefined {
    const workload = this.#fleet.podOf(namespace, pod)?.workload ?? this.#formerOwner(namespace, pod)
    return workload && workloadKey(workload)
  }

  /** The workload of a deleted Pod, derived from its name; undefined if no running workload has such Pods. */
  #formerOwner(namespace: string, pod: string): Workload | undefined {
    const named = workloadFromPodName(namespace, pod)
    const runningAs = this.#runningAs.get(namespace) ?? this.#fleet.runningIn(namespace)
    this.#runningAs.set(namespace, runningAs)
    const workload = named && runningAs(named, pod, namespace)
    return workload && this.#running.has(workloadKey(workload)) ? workload : undefined
  }
}
