import type { Demand } from './demand.ts'
import type { Configuration, Experiment } from './experiment.ts'
import { containerKey, fromCoordinate, nameOf, type Parameter, snap, stepOf, toCoordinate } from './parameter.ts'
import { quasiRandomPoints } from './quasi-random.ts'

const EVERYWHERE = 128
const NEARBY = 128
/** Width of the neighbourhood in coordinates: a factor of 1.35 up or down. */
const NEAR = 0.3
const UTILIZATIONS = Array.from({ length: 18 }, (_, i) => 0.1 + i * 0.05)
const MEMORY_MARGINS = [1.15, 1.35]

/** Configurations derived from usage: the same CPU utilization for all containers, and a margin above the memory that each needs. */
function usageInformed({ workloads, parameters }: Experiment, demands: readonly Demand[], from: Configuration) {
  const replicasOf = (name: string) =>
    from[`${name} replicas`] ?? workloads.find((workload) => workload.name === name)!.replicas
  const sized = (parameter: Parameter, utilization: number, margin: number | undefined) => {
    const same = from[nameOf(parameter)]!
    if (parameter.kind !== 'cpu' && parameter.kind !== 'memory') return same
    const key = containerKey(parameter.workload, parameter.container)
    const demand = demands.find(({ container }) => container === key)!
    if (parameter.kind === 'cpu') return demand.cpuCores / replicasOf(parameter.workload) / utilization
    return margin ? demand.memoryBytes * margin : same
  }
  return [undefined, ...MEMORY_MARGINS].flatMap((margin) =>
    UTILIZATIONS.map((utilization) => parameters.map((parameter) => sized(parameter, utilization, margin))),
  )
}

/** Configurations to consider: derived from usage, near the best ones so far, and spread over the bounds. */
export function candidates(
  experiment: Experiment,
  demands: readonly Demand[],
  good: readonly Configuration[],
  seed: number,
): Configuration[] {
  const { parameters } = experiment
  const everywhere = quasiRandomPoints(EVERYWHERE, parameters.length, seed).map((point) =>
    parameters.map((parameter, i) => {
      const [low, high] = [toCoordinate(parameter, parameter.min), toCoordinate(parameter, parameter.max)]
      return fromCoordinate(parameter, low + point[i]! * (high - low))
    }),
  )
  const nearby = good.flatMap((configuration, which) =>
    quasiRandomPoints(NEARBY / good.length, parameters.length, seed + which).map((point) =>
      parameters.map((parameter, i) =>
        fromCoordinate(
          parameter,
          toCoordinate(parameter, configuration[nameOf(parameter)]!) + NEAR * (2 * point[i]! - 1),
        ),
      ),
    ),
  )
  const splitOnce = good.flatMap((configuration) => splits(parameters, configuration))
  const split = [...splitOnce, ...splitOnce.flatMap((configuration) => splits(parameters, configuration))]
  const informed = [...good, ...split].flatMap((configuration) => usageInformed(experiment, demands, configuration))
  return [...informed, ...nearby, ...everywhere].map((values) =>
    Object.fromEntries(parameters.map((parameter, i) => [nameOf(parameter), snap(parameter, values[i]!)])),
  )
}

/** Neighbours of a configuration: one value changed, or as many cores and as much memory split over fewer or more Pods. */
export function neighbours({ parameters }: Experiment, configuration: Configuration, change: number): Configuration[] {
  const moved = parameters.flatMap((parameter) => {
    const name = nameOf(parameter)
    const value = configuration[name]!
    return [-1, 1].flatMap((sign) => {
      const far = snap(parameter, fromCoordinate(parameter, toCoordinate(parameter, value) + sign * change))
      const next = far === value ? snap(parameter, value + sign * stepOf(parameter)) : far
      return next === value ? [] : [{ ...configuration, [name]: next }]
    })
  })
  return [...moved, ...splits(parameters, configuration)]
}

/** The same total cores, with one Pod more or less of one workload. */
function splits(parameters: readonly Parameter[], configuration: Configuration): Configuration[] {
  return parameters.flatMap((parameter) => {
    if (parameter.kind !== 'replicas') return []
    const replicas = configuration[nameOf(parameter)]!
    return [replicas - 1, replicas + 1].flatMap((next) => {
      if (next < parameter.min || next > parameter.max) return []
      const changed = parameters.map((other) => {
        const value = configuration[nameOf(other)]!
        if (other === parameter) return [nameOf(other), next]
        const isSplit = other.kind === 'cpu' && other.workload === parameter.workload
        return [nameOf(other), isSplit ? snap(other, (value * replicas) / next) : value]
      })
      return [Object.fromEntries(changed) as Configuration]
    })
  })
}
