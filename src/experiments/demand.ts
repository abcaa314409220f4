import type { Experiment, Trial } from './experiment.ts'
import { neededMemory } from './needed-memory.ts'
import { sizedContainers } from './shapes.ts'

/** What a container needs under the load, as far as the trials show it. */
export interface Demand {
  /** `workload/container` */
  readonly container: string
  /** Of all its Pods together. */
  readonly cpuCores: number
  /** Of each Pod, in a container that is just large enough. */
  readonly memoryBytes: number
}

/** Above this utilization, usage is what the container got, not what it wanted. */
const SATURATED = 0.9

export function demands(experiment: Experiment, trials: readonly Trial[]): Demand[] {
  const keys = sizedContainers(experiment, {}).map(({ key }) => key)
  return keys.flatMap((container) => {
    const runs = trials.flatMap((trial) => {
      const usage = trial.usage.find((usage) => usage.container === container)
      const sized = sizedContainers(experiment, trial.configuration).find(({ key }) => key === container)!
      return usage && usage.cpuCores > 0 ? [{ trial, usage, sized, cores: sized.cpuCores * sized.replicas }] : []
    })
    if (runs.length === 0) return []
    const unhampered = runs.filter(({ usage, cores, trial }) => usage.cpuCores < SATURATED * cores && hasRun(trial))
    const used = unhampered.map(({ usage }) => usage.cpuCores)
    const ran = runs.filter(({ trial }) => hasRun(trial))
    const peaks = (ran.length > 0 ? ran : runs).map(({ usage, sized }) => ({
      memoryBytes: sized.memoryBytes,
      peakBytes: usage.peakMemoryBytes,
    }))
    return [
      {
        container,
        cpuCores: used.length > 0 ? median(used) : Math.max(...runs.map(({ usage }) => usage.cpuCores)),
        memoryBytes: neededMemory(peaks),
      },
    ]
  })
}

function hasRun({ outcome }: Trial): boolean {
  return outcome === 'completed' || outcome === 'aborted'
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle) - 1]!) / 2
}
