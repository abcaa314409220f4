import type { Configuration, Experiment } from './experiment.ts'
import { containerKey } from './parameter.ts'

/** A container as a configuration sizes it. */
export interface SizedContainer {
  /** `workload/container` */
  readonly key: string
  readonly replicas: number
  /** Of each Pod. */
  readonly cpuCores: number
  /** Of each Pod. */
  readonly memoryBytes: number
}

/** All containers under a configuration: what is not varied is as its author wrote it. */
export function sizedContainers({ workloads }: Experiment, configuration: Configuration): SizedContainer[] {
  return workloads.flatMap((workload) =>
    workload.containers.map((container) => {
      const key = containerKey(workload.name, container.name)
      return {
        key,
        replicas: configuration[`${workload.name} replicas`] ?? workload.replicas,
        cpuCores: configuration[`${key} cpu`] ?? container.cpuCores,
        memoryBytes: configuration[`${key} memory`] ?? container.memoryBytes,
      }
    }),
  )
}

/** What reserving a configuration costs for an hour, in the currency of the prices. */
export function hourlyCost(experiment: Experiment, configuration: Configuration): number {
  const { coreHour, gibHour } = experiment.prices
  return sizedContainers(experiment, configuration).reduce(
    (sum, { replicas, cpuCores, memoryBytes }) =>
      sum + replicas * (cpuCores * coreHour + (memoryBytes / 2 ** 30) * gibHour),
    0,
  )
}
