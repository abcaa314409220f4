import { baselineOf } from './baseline.ts'
import type { Experiment, Trial } from './experiment.ts'
import { neededMemory } from './needed-memory.ts'
import { sizedContainers } from './shapes.ts'

/** What a container needs under the load, estimated from the trials. */
export interface Demand {
  /** `workload/container` */
  readonly container: string
  /** Sum over all its Pods. */
  readonly cpuCores: number
  /** Per Pod, for a container that is just large enough. */
  readonly memoryBytes: number
  /** Whether it is assumed from the author's requests, because no trial has measured it. */
  readonly isAssumed?: boolean
}

/** Share of its requests that a container is assumed to use: authors request several times what they need. */
const ASSUMED_SHARE = 1 / 3
/** Above this utilization, measured usage is limited by the CPU of the container, so the need may be higher. */
const SATURATED = 0.9

export function demands(experiment: Experiment, trials: readonly Trial[]): Demand[] {
  const keys = sizedContainers(experiment, {}).map(({ key }) => key)
  return keys.flatMap((container) => {
    const runs = trials.flatMap((trial) => {
      const usage = trial.usage.find((usage) => usage.container === container)
      const sized = sizedContainers(experiment, trial.configuration).find(({ key }) => key === container)!
      return usage && usage.cpuCores > 0 ? [{ trial, usage, sized, cores: sized.cpuCores * sized.replicas }] : []
    })
    if (runs.length === 0) return [assumedDemand(experiment, container)]
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

/** Short trials measure no usage: without an estimate of it, the search would try the lowest values first. */
function assumedDemand(experiment: Experiment, container: string): Demand {
  const sized = sizedContainers(experiment, baselineOf(experiment)).find(({ key }) => key === container)!
  return {
    container,
    cpuCores: ASSUMED_SHARE * sized.cpuCores * sized.replicas,
    memoryBytes: ASSUMED_SHARE * sized.memoryBytes,
    isAssumed: true,
  }
}

function hasRun({ outcome }: Trial): boolean {
  return outcome === 'completed' || outcome === 'aborted'
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle) - 1]!) / 2
}
