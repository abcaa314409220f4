import { withoutGroup } from './group-kind.ts'
import { identifyWorkload } from './identify.ts'
import { type Workload, workloadKey } from './workload.ts'

/**
 * The workload that runs under the name that a history gives, or that the named Pod belongs to. Metrics contain the kind of an owner
 * without its API group and without the labels of its Pods, and the names of Pods contain none of these.
 *
 * @param named undefined if the history does not tell which workload the Pod belongs to
 */
export type RunningWorkload = (named: Workload | undefined, pod: string, namespace: string) => Workload | undefined

/** A workload with Pods, and the one that their controllers name: see `controllersWorkload`. */
export interface Running {
  readonly workload: Workload
  readonly controllers?: Workload | undefined
}

/** Finds workloads by the kind and name that metrics know. If none fits or several do, the name stays as the history gives it. */
export function runningUnder(all: Iterable<Running>): (named: Workload) => Workload {
  const running = new Map<string, Workload>()
  const add = (workload: Workload, name: Workload) => {
    const key = workloadKey(name)
    const other = running.get(key)
    if (!other || workloadKey(workload) === key) running.set(key, workload)
    else if (workloadKey(other) !== key && workloadKey(other) !== workloadKey(workload)) running.set(key, name)
  }
  for (const { workload, controllers } of all) {
    add(workload, withoutGroup(workload))
    if (!controllers) continue
    const { namespace, ...owner } = withoutGroup(controllers)
    add(workload, { namespace, ...owner })
    // Of earlier runs, a history may tell no more than the names of their owners.
    const guess = identifyWorkload({ namespace, ownerReferences: [{ ...owner, controller: true }] })
    if (guess) add(workload, guess)
  }
  return (named) => running.get(workloadKey(named)) ?? named
}

/** Whether a history names these workloads as they are: then nothing has to be looked up. */
export function isNamedAsIs({ workload, controllers = workload }: Running): boolean {
  return workloadKey(withoutGroup(controllers)) === workloadKey(workload)
}
