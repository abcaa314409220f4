import { withoutGroup } from './group-kind.ts'
import { identifyWorkload } from './identify.ts'
import { type Workload, workloadKey } from './workload.ts'

/**
 * The running workload with the name in a history, or the one that the named Pod belongs to. Metrics contain the kind of an owner
 * without its API group and without the labels of its Pods, and names of Pods contain none of these.
 *
 * @param named undefined if the history does not show which workload the Pod belongs to
 */
export type RunningWorkload = (named: Workload | undefined, pod: string, namespace: string) => Workload | undefined

/** A workload with Pods, and the one that their controllers name: see `controllersWorkload`. */
export interface Running {
  readonly workload: Workload
  readonly controllers?: Workload | undefined
}

/** Finds workloads by their kind and name in metrics. If none fits or several do, the name in the history is kept. */
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
    // For earlier runs, a history may contain only the names of their owners.
    const guess = identifyWorkload({ namespace, ownerReferences: [{ ...owner, controller: true }] })
    if (guess) add(workload, guess)
  }
  return (named) => running.get(workloadKey(named)) ?? named
}

/** Whether a history has the real names of these workloads, so that nothing must be looked up. */
export function isNamedAsIs({ workload, controllers = workload }: Running): boolean {
  return workloadKey(withoutGroup(controllers)) === workloadKey(workload)
}
