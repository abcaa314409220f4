import type { Fleet } from '../fleet/index.ts'
import { type RunningWorkload, type Workload, workloadFromPodName, workloadKey } from '../workloads/index.ts'

/** Which workload a Pod belongs to that a series names, also if the Pod is gone. */
export class SloPods {
  readonly #fleet: Pick<Fleet, 'workloads' | 'podOf' | 'runningIn'>
  /** Keys of all workloads that run. */
  #running: ReadonlySet<string> = new Set()
  /** Which workload runs under a name, by namespace. */
  readonly #runningAs = new Map<string, RunningWorkload>()

  constructor(fleet: Pick<Fleet, 'workloads' | 'podOf' | 'runningIn'>) {
    this.#fleet = fleet
  }

  /** Takes in which workloads run now. */
  refresh(): void {
    this.#running = new Set(Array.from(this.#fleet.workloads(), ({ workload }) => workloadKey(workload)))
    this.#runningAs.clear()
  }

  /** Key of the workload of a Pod; undefined if it belongs to none that runs. */
  keyOf(namespace: string, pod: string): string | undefined {
    const workload = this.#fleet.podOf(namespace, pod)?.workload ?? this.#formerOwner(namespace, pod)
    return workload && workloadKey(workload)
  }

  /** The workload that a Pod which is gone belonged to, by its name; undefined if no workload that runs has such Pods. */
  #formerOwner(namespace: string, pod: string): Workload | undefined {
    const named = workloadFromPodName(namespace, pod)
    const runningAs = this.#runningAs.get(namespace) ?? this.#fleet.runningIn(namespace)
    this.#runningAs.set(namespace, runningAs)
    const workload = named && runningAs(named, pod, namespace)
    return workload && this.#running.has(workloadKey(workload)) ? workload : undefined
  }
}
