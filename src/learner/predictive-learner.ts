import { type ContainerRecommendation, type Goal, Goal as Goals } from '../api/index.ts'
import type { OomKill, UsageSample } from '../history/index.ts'
import type { ContainerResources } from '../resources/index.ts'
import { type Workload, type WorkloadContainer, workloadKey } from '../workloads/index.ts'
import { authorsRow } from './author.ts'
import { ContainerRecord } from './container-record.ts'
import { type Cadence, FleetRecord } from './fleet-record.ts'
import type { Learner, LearnerCounts } from './learner.ts'
import { MINIMUM_HISTORY, type MinimumHistory, recommendContainer } from './recommend.ts'
import { decodeState, encodeState, type LearnerState } from './saved-state.ts'

export interface LearnerOptions {
  /** Below it, nothing is recommended; it is no part of the state. */
  readonly minimumHistory?: MinimumHistory
  /** How often decisions are made, which is also for how long they are meant; a day when absent. */
  readonly cadence?: Cadence
}

export function createLearner(options: LearnerOptions = {}): Learner {
  const cadence = options.cadence ?? '24h'
  const fleets = Goals.options.map(() => new FleetRecord(cadence))
  return new PredictiveLearner({ samples: 0, ignored: 0, cadence, fleets, containers: [] }, options)
}

/**
 * The learner that `bytes` were saved from: it goes on exactly as that one would have.
 *
 * @throws LearnerStateError when the bytes are foreign, of another version, cut short or damaged
 */
export function restoreLearner(bytes: Uint8Array, options: Pick<LearnerOptions, 'minimumHistory'> = {}): Learner {
  return new PredictiveLearner(decodeState(bytes), options)
}

interface KnownContainer {
  readonly identity: WorkloadContainer
  readonly record: ContainerRecord
}

/** Expects the next day from what was seen, and asks for what costs least under that (docs/learning.md). */
class PredictiveLearner implements Learner {
  readonly #minimumHistory: MinimumHistory
  readonly #cadence: Cadence
  /** One for each goal, in the order of the goals. */
  readonly #fleets: readonly FleetRecord[]
  /** By workload, then container name; in the order in which they were first seen. */
  readonly #workloads = new Map<string, Map<string, KnownContainer>>()
  /** Sources hand out one object per container: it is found here without building its key. */
  #byIdentity = new WeakMap<WorkloadContainer, ContainerRecord>()
  #containers = 0
  #samples: number
  #ignored: number

  constructor(state: LearnerState, { minimumHistory = MINIMUM_HISTORY }: LearnerOptions) {
    this.#minimumHistory = minimumHistory
    this.#cadence = state.cadence
    this.#fleets = state.fleets
    this.#samples = state.samples
    this.#ignored = state.ignored
    for (const [identity, record] of state.containers) this.#know({ identity, record })
  }

  get counts(): LearnerCounts {
    return { samples: this.#samples, ignored: this.#ignored }
  }

  observe(samples: readonly UsageSample[]): void {
    let identity: WorkloadContainer | undefined
    let record: ContainerRecord | undefined
    for (const sample of samples) {
      if (!record || sample.container !== identity) {
        identity = sample.container
        record = this.#byIdentity.get(identity) ?? this.#find(identity)
      }
      if (record.add(sample.timestampSeconds, sample.cpuCores, sample.memoryBytes)) this.#samples++
      else this.#ignored++
    }
  }

  observeOomKill({ container, timestampSeconds, limitBytes }: OomKill): void {
    this.#find(container).addOomKill(timestampSeconds, limitBytes)
  }

  observeVersion({ workload, container }: WorkloadContainer, image: string, nowSeconds: number): void {
    this.#workloads.get(workloadKey(workload))?.get(container)?.record.noteVersion(image, nowSeconds)
  }

  *workloads(): Iterable<Workload> {
    for (const containers of this.#workloads.values()) {
      for (const { identity } of containers.values()) {
        yield identity.workload
        break
      }
    }
  }

  recommend(
    workload: Workload,
    goal: Goal,
    nowSeconds: number,
    author?: ReadonlyMap<string, ContainerResources>,
  ): readonly ContainerRecommendation[] {
    const containers = this.#workloads.get(workloadKey(workload)) ?? new Map<string, KnownContainer>()
    const fleet = this.#fleets[Goals.options.indexOf(goal)]!
    const context = { cadence: this.#cadence, fleet, containers: this.#containers }
    return [...containers]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, { record }]) => {
        const own = { ...context, author: authorsRow(author?.get(name)) }
        return recommendContainer(name, record, goal, nowSeconds, this.#minimumHistory, own) ?? []
      })
  }

  save(): Uint8Array {
    const containers = [...this.#workloads.values()].flatMap((byName) =>
      [...byName.values()].map(({ identity, record }) => [identity, record] as const),
    )
    return encodeState({ ...this.counts, cadence: this.#cadence, fleets: this.#fleets, containers })
  }

  saveWorkload(workload: Workload): Uint8Array | undefined {
    const containers = this.#workloads.get(workloadKey(workload))
    if (!containers) return undefined
    const entries = [...containers.values()].map(({ identity, record }) => [identity, record] as const)
    return encodeState({ samples: 0, ignored: 0, cadence: this.#cadence, fleets: [], containers: entries })
  }

  restoreWorkloads(bytes: Uint8Array): void {
    for (const [identity, record] of decodeState(bytes).containers) this.#know({ identity, record })
    this.#byIdentity = new WeakMap()
  }

  forget(workload: Workload): void {
    this.#containers -= this.#workloads.get(workloadKey(workload))?.size ?? 0
    this.#workloads.delete(workloadKey(workload))
    this.#byIdentity = new WeakMap()
  }

  #find(identity: WorkloadContainer): ContainerRecord {
    const known = this.#workloads.get(workloadKey(identity.workload))?.get(identity.container)
    const record = known?.record ?? this.#know({ identity, record: new ContainerRecord() })
    this.#byIdentity.set(identity, record)
    return record
  }

  #know(container: KnownContainer): ContainerRecord {
    const key = workloadKey(container.identity.workload)
    const containers = this.#workloads.get(key) ?? new Map<string, KnownContainer>()
    if (!containers.has(container.identity.container)) this.#containers++
    containers.set(container.identity.container, container)
    this.#workloads.set(key, containers)
    return container.record
  }
}
