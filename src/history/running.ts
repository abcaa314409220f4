import { isNamedAsIs, type Running, runningUnder, type WorkloadContainer } from '../workloads/index.ts'
import type { HistorySource, ReadOptions } from './source.ts'

/** The same history, with the usage of these workloads under their names, if each is the only one of its kind and name. */
export function namedAsRunning(source: HistorySource, workloads: Iterable<Running>): HistorySource {
  const all = [...workloads]
  // Do not copy samples if all names are correct already.
  if (all.every(isNamedAsIs)) return source
  const running = runningUnder(all)
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
