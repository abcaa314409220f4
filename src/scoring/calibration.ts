import type { Goal } from '../api/index.ts'
import { type ContainerUsage, firstFrom, type Series } from './container-usage.ts'
import type { Decision } from './decision.ts'
import { expectedShare, shareAbove } from './expected-share.ts'
import { DAY_SECONDS, PRICES } from './prices.ts'
import { SaidRecord, type Stated } from './said.ts'

/** Groups of decisions whose confidence is judged separately: by the age of the container in days, and after a day that did not hold. */
export const GROUPS = ['1–2 d', '3–6 d', '7–13 d', '14–29 d', '30 d and more', 'after drift'] as const
export type Group = (typeof GROUPS)[number]
const AFTER_DRIFT = 5
/** First day of each group by age. */
const GROUP_DAYS = [1, 3, 7, 14, 30]
/** Number of days after a day that did not hold in which a decision counts as after drift. */
const DRIFT_DAYS = 3
/** Minimum age of a container whose decisions are judged, because no day is known before. */
const LEAST_AGE_SECONDS = DAY_SECONDS

/** Calibration of the confidences stated for one resource: whether decisions held for their next 24 hours as often as stated. */
export interface Calibration extends Stated {
  readonly groups: Readonly<Record<Group, Stated | undefined>>
}

/** Collects stated confidences and outcomes, one container after the other, to compute their calibration. */
export class CalibrationRecord {
  readonly #use: number
  readonly #stepSeconds: number
  readonly #cpu = new Grouped()
  readonly #memory = new Grouped()

  constructor(goal: Goal, stepSeconds: number) {
    this.#use = PRICES[goal].use
    this.#stepSeconds = stepSeconds
  }

  /** Calculates the calibration of CPU; undefined if no confidence could be judged. */
  get cpu(): Calibration | undefined {
    return this.#cpu.summary()
  }

  /** Calculates the calibration of memory; undefined if no confidence could be judged. */
  get memory(): Calibration | undefined {
    return this.#memory.summary()
  }

  /**
   * Adds the decisions from a day after the container's first sample. A CPU decision holds if the share of the samples of its next 24
   * hours above the request is at most what the known days predict (`expectedShare`), a memory decision if no sample is above the
   * limit. A day with less than half its samples is ignored.
   *
   * @param decisions in order of time
   */
  add(usage: ContainerUsage, decisions: readonly Decision[]): void {
    const least = DAY_SECONDS / 2 / this.#stepSeconds
    const drift = { cpu: Number.NEGATIVE_INFINITY, memory: Number.NEGATIVE_INFINITY }
    const pending: { readonly overSeconds: number; readonly resource: 'cpu' | 'memory' }[] = []
    const add = (to: Grouped, resource: 'cpu' | 'memory', from: number, confidence: number, held: boolean) => {
      // Whether a decision held is known when its day has ended.
      while (pending.length > 0 && pending[0]!.overSeconds <= from) {
        const { overSeconds, resource: broken } = pending.shift()!
        drift[broken] = overSeconds
      }
      const age = Math.floor((from - usage.firstSeconds) / DAY_SECONDS)
      to.add(confidence, held, age, from < drift[resource] + DRIFT_DAYS * DAY_SECONDS)
      if (!held) pending.push({ overSeconds: from + DAY_SECONDS, resource })
    }
    for (const { fromSeconds, cpuConfidence, memoryConfidence, cpuRequestCores, memoryLimitBytes } of decisions) {
      if (fromSeconds < usage.firstSeconds + LEAST_AGE_SECONDS) continue
      const cpu = nextDay(usage.cpu, fromSeconds)
      if (cpu.length >= least && !Number.isNaN(cpuConfidence)) {
        const expected = expectedShare(usage.cpu, fromSeconds, cpuRequestCores, this.#use, least)
        add(this.#cpu, 'cpu', fromSeconds, cpuConfidence, shareAbove(cpu, cpuRequestCores) <= expected)
      }
      const memory = nextDay(usage.memory, fromSeconds)
      if (memory.length >= least && !Number.isNaN(memoryConfidence))
        add(this.#memory, 'memory', fromSeconds, memoryConfidence, shareAbove(memory, memoryLimitBytes) === 0)
    }
  }
}

class Grouped {
  readonly #all = new SaidRecord()
  readonly #groups = GROUPS.map(() => new SaidRecord())

  add(confidence: number, held: boolean, ageDays: number, isAfterDrift: boolean): void {
    this.#all.add(confidence, held)
    this.#groups[GROUP_DAYS.findLastIndex((days) => ageDays >= days)]!.add(confidence, held)
    if (isAfterDrift) this.#groups[AFTER_DRIFT]!.add(confidence, held)
  }

  summary(): Calibration | undefined {
    const all = this.#all.summary()
    if (!all) return undefined
    const groups = Object.fromEntries(GROUPS.map((name, i) => [name, this.#groups[i]!.summary()]))
    return { ...all, groups: groups as Calibration['groups'] }
  }
}

function nextDay({ seconds, values }: Series, fromSeconds: number): Float64Array {
  return values.subarray(firstFrom(seconds, fromSeconds), firstFrom(seconds, fromSeconds + DAY_SECONDS))
}
