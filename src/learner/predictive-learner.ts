import type { OomKill, UsageSample } from '../history/index.ts'
import { type Workload, type WorkloadContainer, workloadKey } from '../workloads/index.ts'
import { authorBuckets } from './author-buckets.ts'
import { bringUpToDate, nextStep } from './bring-up-to-date.ts'
import { CHANGE_RULES, type ChangeRules } from './change-rules.ts'
import { ContainerRecord } from './container-record.ts'
import { FleetRecord } from './fleet-record.ts'
import type { Instance } from './instance.ts'
import { instanceOf } from './instance-of.ts'
import type { DecisionTerms, Learner, LearnerCounts, Proposal } from './learner.ts'
import { MINIMUM_HISTORY, type MinimumHistory } from './minimum-history.ts'
import { samePrices } from './prices.ts'
import { reportContainer } from './report.ts'
import { decodeState, encodeState, type LearnerState } from './saved-state.ts'
import { withSlo } from './slo-price.ts'

export interface LearnerOptions {
  /** With less history, nothing is recommended; `MINIMUM_HISTORY` when absent. It is not part of the state. */
  readonly minimumHistory?: MinimumHistory
  /** How often values may change; `CHANGE_RULES` when absent. It is not part of the state. */
  readonly changes?: ChangeRules
}

/** Creates a learner that knows nothing yet. */
export function createLearner(options: LearnerOptions = {}): Learner {
  return new PredictiveLearner({ samples: 0, ignored: 0, fleets: [], containers: [] }, options)
}

/**
 * Restores the learner from which `bytes` were saved: it continues exactly as that one would have.
 *
 * @throws LearnerStateError if the bytes are not a saved state, or of an unknown version, cut short or damaged
 */
export function restoreLearner(bytes: Uint8Array, options: LearnerOptions = {}): Learner {
  return new PredictiveLearner(decodeState(bytes), options)
}

/** Containers of one workload, each with its name. */
type NamedRecords = readonly (readonly [string, ContainerRecord])[]

interface KnownContainer {
  readonly identity: WorkloadContainer
  readonly record: ContainerRecord
}

/** Predicts the usage of the next day or hours and recommends the values with the lowest expected cost (docs/concepts/learning.md). */
class PredictiveLearner implements Learner {
  readonly #minimumHistory: MinimumHistory
  readonly #rules: ChangeRules
  /** Fleets, one for each combination of prices and cadence that was decided for. */
  readonly #fleets: FleetRecord[]
  /** Containers by workload key, then by name, in the order in which they were first seen. */
  readonly #workloads = new Map<string, Map<string, KnownContainer>>()
  /** Records by the container's object. Sources use one object per container, so the record is found without building its key. */
  #byIdentity = new WeakMap<WorkloadContainer, ContainerRecord>()
  #containers = 0
  #samples: number
  #ignored: number

  constructor(state: LearnerState, { minimumHistory = MINIMUM_HISTORY, changes = CHANGE_RULES }: LearnerOptions) {
    this.#minimumHistory = minimumHistory
    this.#rules = changes
    this.#fleets = [...state.fleets]
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

  firstSeconds(workload: Workload): number {
    const known = this.#recordsOf(workload).flatMap(([, record]) => (record.hasSamples ? record.firstSeconds : []))
    return Math.min(Number.POSITIVE_INFINITY, ...known)
  }

  lastSeconds(workload: Workload): number {
    return Math.max(0, ...this.#recordsOf(workload).map(([, { lastSeconds }]) => lastSeconds))
  }

  instances(workload: Workload): ReadonlyMap<string, Instance> {
    return new Map(
      this.#recordsOf(workload).flatMap(([name, record]) => {
        const instance = instanceOf(record)
        return instance ? [[name, instance] as const] : []
      }),
    )
  }

  decide(workload: Workload, atSeconds: number, terms: DecisionTerms): Proposal {
    const records = this.#recordsOf(workload)
    if (records.length > 0) {
      let fleet = this.#findFleet(terms)
      if (!fleet) {
        fleet = new FleetRecord(terms.prices, terms.cadence)
        this.#fleets.push(fleet)
      }
      this.#bringUpToDate(records, atSeconds, terms, fleet)
    }
    return this.#report(records, atSeconds, terms)
  }

  recommend(workload: Workload, atSeconds: number, terms: DecisionTerms): Proposal {
    let records = this.#recordsOf(workload)
    const minimum = this.#minimumHistory
    const isDue = ([name, record]: NamedRecords[number]) =>
      nextStep(record, atSeconds, terms, minimum, terms.profiles?.get(name)) !== undefined
    if (records.some(isDue)) {
      const fleet = this.#findFleet(terms)?.copy() ?? new FleetRecord(terms.prices, terms.cadence)
      records = records.map(([name, record]) => [name, record.copy()] as const)
      this.#bringUpToDate(records, atSeconds, terms, fleet)
    }
    return this.#report(records, atSeconds, terms)
  }

  save(): Uint8Array {
    const containers = [...this.#workloads.values()].flatMap((byName) =>
      [...byName.values()].map(({ identity, record }) => [identity, record] as const),
    )
    return encodeState({ ...this.counts, fleets: this.#fleets, containers })
  }

  saveWorkload(workload: Workload): Uint8Array | undefined {
    const containers = this.#workloads.get(workloadKey(workload))
    if (!containers) return undefined
    const entries = [...containers.values()].map(({ identity, record }) => [identity, record] as const)
    return encodeState({ samples: 0, ignored: 0, fleets: [], containers: entries })
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

  /** The records of a workload's containers with their names, sorted by name. */
  #recordsOf(workload: Workload): NamedRecords {
    const containers = this.#workloads.get(workloadKey(workload))
    if (!containers) return []
    return [...containers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { record }]) => [name, record] as const)
  }

  #report(records: NamedRecords, atSeconds: number, { slos, profiles }: DecisionTerms): Proposal {
    const containers = records.flatMap(([name, record]) => {
      const container = reportContainer(name, record, atSeconds, this.#minimumHistory, profiles?.get(name))
      return container ? withSlo(container, slos?.get(name)) : []
    })
    return { source: 'observed', containers }
  }

  #findFleet({ prices, cadence }: DecisionTerms): FleetRecord | undefined {
    return this.#fleets.find((fleet) => fleet.cadence === cadence && samePrices(fleet.prices, prices))
  }

  #bringUpToDate(
    records: NamedRecords,
    atSeconds: number,
    { author, inForce, profiles }: DecisionTerms,
    fleet: FleetRecord,
  ): void {
    for (const [name, record] of records) {
      const context = {
        fleet,
        containers: this.#containers,
        author: authorBuckets(author?.get(name)),
        inForce: authorBuckets(inForce?.get(name)),
        rules: this.#rules,
        profile: profiles?.get(name),
      }
      bringUpToDate(record, atSeconds, this.#minimumHistory, context)
    }
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
