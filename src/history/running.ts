import { hasGroup, type Workload, type WorkloadContainer, withoutGroup, workloadKey } from '../workloads/index.ts'
import type { HistorySource, ReadOptions } from './source.ts'

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

/** The same history, with the usage of these workloads under their names, if they are its only ones of that kind and name. */
export function namedAsRunning(source: HistorySource, workloads: Iterable<Workload>): HistorySource {
  const running = runningUnder(workloads)
  async function* read(options?: ReadOptions) {
    const containers = new Map<WorkloadContainer, WorkloadContainer>()
    const named = (container: WorkloadContainer): WorkloadContainer => {
      const known = containers.get(container)
      if (known) return known
      const workload = running(container.workload)
      const made = workload === container.workload ? container : { ...container, workload }
      containers.set(container, made)
      return made
    }
    for await (const samples of source.read(options))
      yield samples.map((sample) => ({ ...sample, container: named(sample.container) }))
  }
  return { name: source.name, read }
}
