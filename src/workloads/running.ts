import { hasGroup, withoutGroup } from './group-kind.ts'
import { type Workload, workloadKey } from './workload.ts'

/**
 * The workload that runs under the name that a history gives, or that the named Pod belongs to. Metrics contain the kind of an owner
 * without its API group, and the names of Pods contain neither.
 */
export type RunningWorkload = (named: Workload, pod: string) => Workload

/** Finds workloads by kind and name among these. If none fits or several do, the name stays as the history gives it. */
export function runningUnder(workloads: Iterable<Workload>): (named: Workload) => Workload {
  const running = new Map<string, Workload>()
  for (const workload of workloads) {
    const key = workloadKey(withoutGroup(workload))
    const other = running.get(key)
    if (!other) running.set(key, workload)
    else if (hasGroup(other) && workloadKey(other) !== workloadKey(workload)) running.set(key, withoutGroup(workload))
  }
  return (named) => running.get(workloadKey(named)) ?? named
}
