import type { Configuration, Experiment } from './experiment.ts'
import { nameOf } from './parameter.ts'

/** The author's configuration. It is run unchanged, even if it is outside the bounds. */
export function baselineOf({ workloads, parameters }: Experiment): Configuration {
  return Object.fromEntries(
    parameters.map((parameter) => {
      if (parameter.kind === 'setting') return [nameOf(parameter), parameter.baseline]
      const workload = workloads.find(({ name }) => name === parameter.workload)!
      if (parameter.kind === 'replicas') return [nameOf(parameter), workload.replicas]
      const container = workload.containers.find(({ name }) => name === parameter.container)!
      return [nameOf(parameter), parameter.kind === 'cpu' ? container.cpuCores : container.memoryBytes]
    }),
  )
}

/** Equal configurations have equal keys. */
export function configurationKey({ parameters }: Experiment, configuration: Configuration): string {
  return parameters.map((parameter) => configuration[nameOf(parameter)]).join(' ')
}
