import type { StartupStatus } from '../api/index.ts'
import type { Fleet, FleetPod, FleetWorkload } from '../fleet/index.ts'
import type { UsageSample } from '../history/index.ts'
import { StartupLearner } from '../learner/index.ts'
import { cpuQuantity, readable, toNumber } from '../resources/index.ts'
import { containerKey } from '../workloads/index.ts'
import type { Takes } from './takes.ts'

type StartupContainer = NonNullable<StartupStatus['containers']>[number]

/** Relative change from which a figure is worth a write. */
const WORTHWHILE = 0.2
const SECONDS_GRAIN = 5

/**
 * Separates the CPU usage of startups from the usage that the learner takes in, because it is not steady demand. Memory counts from the
 * beginning, because a container can be OOM-killed at any time. The end of a startup is only known for containers with a readiness or
 * startup probe; the usage of all others, and of Pods that no longer exist, is passed on unchanged.
 */
export class StartupUsage {
  readonly #fleet: Pick<Fleet, 'podOf' | 'workloads'>
  readonly #windowSeconds: number
  readonly #learner = new StartupLearner()

  /** @param windowSeconds time that a sample covers */
  constructor(fleet: Pick<Fleet, 'podOf' | 'workloads'>, windowSeconds: number) {
    this.#fleet = fleet
    this.#windowSeconds = windowSeconds
  }

  /** Passes usage on without the CPU usage of startups. */
  listeningTo(takes: Takes): Takes {
    return {
      observe: (samples) =>
        takes.observe(samples.map((sample) => (this.#isStartup(sample) ? withoutCpu(sample) : sample))),
      observeOomKill: (kill) => takes.observeOomKill(kill),
    }
  }

  /** Status of the startup of a workload's containers; stored values stay if nothing new is known. */
  containersOf({ workload, shape }: Pick<FleetWorkload, 'workload' | 'shape'>, stored: StartupStatus | undefined) {
    return shape.slots.flatMap(({ name }): StartupContainer[] => {
      const before = stored?.containers?.find((one) => one.name === name)
      const figures = this.#learner.of(containerKey({ workload, container: name }))
      if (!figures) return before ? [before] : []
      const now: StartupContainer = {
        ...{
          name,
          seconds: Math.ceil(figures.seconds / SECONDS_GRAIN) * SECONDS_GRAIN,
          cpu: cpuQuantity(figures.cores),
        },
        ...(figures.boost !== undefined && { boost: `${Math.round(figures.boost * 10) / 10}x` }),
      }
      return [before && isNear(before, now) ? before : now]
    })
  }

  /** Completes startups that have been observed for long enough, and forgets deleted workloads. */
  settle(nowSeconds: number): void {
    this.#learner.settle(nowSeconds)
    const keys = Array.from(this.#fleet.workloads(), ({ workload, shape }) =>
      shape.slots.map(({ name }) => containerKey({ workload, container: name })),
    )
    this.#learner.keep(new Set(keys.flat()))
  }

  #isStartup({ container: { workload, container }, pod, timestampSeconds, cpuCores }: UsageSample): boolean {
    const seen = this.#fleet.podOf(workload.namespace, pod)
    const startedSeconds = seen?.start?.startedSeconds.get(container)
    if (!seen?.start?.probed.has(container) || startedSeconds === undefined) return false
    const sample = {
      ...{ pod: seen.uid, startedSeconds, readySeconds: seen.start.readySeconds, timestampSeconds, cpuCores },
      limit: limitOf(seen, container),
    }
    return this.#learner.observe(containerKey({ workload, container }), sample, this.#windowSeconds)
  }
}

function withoutCpu(sample: UsageSample): UsageSample {
  return { ...sample, cpuCores: Number.NaN }
}

/** CPU limit of a container, in cores: now, and after its startup. */
function limitOf({ boosts, containers }: FleetPod, name: string) {
  const { limit } = readable(containers.get(name)?.spec.cpu ?? {})
  if (limit === undefined || limit === 0n) return undefined
  const boost = boosts?.get(name)
  const steady = toNumber(limit)
  return { steady, inForce: boost?.isOn && boost.boosted.limit !== undefined ? toNumber(boost.boosted.limit) : steady }
}

function isNear(a: StartupContainer, b: StartupContainer): boolean {
  return a.boost === b.boost && Math.abs(a.seconds - b.seconds) <= WORTHWHILE * Math.max(a.seconds, b.seconds)
}
