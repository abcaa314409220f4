import type { OomKill, UsageSample } from '../history/index.ts'
import type { ContainerRecommendation, Goal } from '../recommendations/index.ts'
import { type Workload, type WorkloadContainer, workloadKey } from '../workloads/index.ts'
import { ContainerUsage } from './container-usage.ts'
import type { Learner, LearnerCounts } from './learner.ts'
import { MINIMUM_HISTORY, type MinimumHistory, recommendContainer } from './recommend.ts'
import { decodeState, encodeState, type LearnerState } from './saved-state.ts'

/** @param minimumHistory below it, nothing is recommended; it is no part of the state */
export function createLearner(minimumHistory: MinimumHistory = MINIMUM_HISTORY): Learner {
  return new PercentileLearner({ samples: 0, ignored: 0, containers: [] }, minimumHistory)
}

/**
 * The learner that `bytes` were saved from: it goes on exactly as that one would have.
 *
 * @throws LearnerStateError when the bytes are foreign, of another version, cut short or damaged
 */
export function restoreLearner(bytes: Uint8Array, minimumHistory: MinimumHistory = MINIMUM_HISTORY): Learner {
  return new PercentileLearner(decodeState(bytes), minimumHistory)
}

interface KnownContainer {
  readonly identity: WorkloadContainer
  readonly usage: ContainerUsage
}

/** Percentiles of decayed CPU usage, peaks of memory: what the best of today's recommenders do (`goals.ts`). */
class PercentileLearner implements Learner {
  readonly #minimumHistory: MinimumHistory
  /** By workload, then container name; in the order in which they were first seen. */
  readonly #workloads = new Map<string, Map<string, KnownContainer>>()
  /** Sources hand out one object per container: it is found here without building its key. */
  #byIdentity = new WeakMap<WorkloadContainer, ContainerUsage>()
  #samples: number
  #ignored: number

  constructor(state: LearnerState, minimumHistory: MinimumHistory) {
    this.#minimumHistory = minimumHistory
    this.#samples = state.samples
    this.#ignored = state.ignored
    for (const [identity, usage] of state.containers) this.#know({ identity, usage })
  }

  get counts(): LearnerCounts {
    return { samples: this.#samples, ignored: this.#ignored }
  }

  observe(samples: readonly UsageSample[]): void {
    let identity: WorkloadContainer | undefined
    let usage: ContainerUsage | undefined
    for (const sample of samples) {
      if (!usage || sample.container !== identity) {
        identity = sample.container
        usage = this.#byIdentity.get(identity) ?? this.#find(identity)
      }
      if (usage.add(sample.timestampSeconds, sample.cpuCores, sample.memoryBytes)) this.#samples++
      else this.#ignored++
    }
  }

  observeOomKill({ container, timestampSeconds, limitBytes }: OomKill): void {
    this.#find(container).addOomKill(timestampSeconds, limitBytes)
  }

  *workloads(): Iterable<Workload> {
    for (const containers of this.#workloads.values()) {
      for (const { identity } of containers.values()) {
        yield identity.workload
        break
      }
    }
  }

  recommend(workload: Workload, goal: Goal, nowSeconds: number): readonly ContainerRecommendation[] {
    const containers = this.#workloads.get(workloadKey(workload)) ?? new Map<string, KnownContainer>()
    return [...containers]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, { usage }]) => recommendContainer(name, usage, goal, nowSeconds, this.#minimumHistory) ?? [])
  }

  save(): Uint8Array {
    const containers = [...this.#workloads.values()].flatMap((byName) =>
      [...byName.values()].map(({ identity, usage }) => [identity, usage] as const),
    )
    return encodeState({ ...this.counts, containers })
  }

  saveWorkload(workload: Workload): Uint8Array | undefined {
    const containers = this.#workloads.get(workloadKey(workload))
    if (!containers) return undefined
    const entries = [...containers.values()].map(({ identity, usage }) => [identity, usage] as const)
    return encodeState({ samples: 0, ignored: 0, containers: entries })
  }

  restoreWorkloads(bytes: Uint8Array): void {
    for (const [identity, usage] of decodeState(bytes).containers) this.#know({ identity, usage })
    this.#byIdentity = new WeakMap()
  }

  forget(workload: Workload): void {
    this.#workloads.delete(workloadKey(workload))
    this.#byIdentity = new WeakMap()
  }

  #find(identity: WorkloadContainer): ContainerUsage {
    const known = this.#workloads.get(workloadKey(identity.workload))?.get(identity.container)
    const usage = known?.usage ?? this.#know({ identity, usage: new ContainerUsage() })
    this.#byIdentity.set(identity, usage)
    return usage
  }

  #know(container: KnownContainer): ContainerUsage {
    const key = workloadKey(container.identity.workload)
    const containers = this.#workloads.get(key) ?? new Map<string, KnownContainer>()
    containers.set(container.identity.container, container)
    this.#workloads.set(key, containers)
    return container.usage
  }
}
