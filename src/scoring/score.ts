import { Goal } from '../api/index.ts'
import { type Calibration, CalibrationRecord } from './calibration.ts'
import { type Age, type ColdStart, ColdStartRecord } from './cold-start.ts'
import type { ContainerUsage } from './container-usage.ts'
import type { Decision } from './decision.ts'
import { type Judged, judge } from './judged.ts'
import { type Measured, measure } from './measure.ts'
import { DAY_SECONDS } from './prices.ts'
import { type Regret, regret } from './regret.ts'

const GIB = 2 ** 30

/** Score of the decisions for a whole fleet. */
export interface Score {
  readonly containers: number
  /** Number of days with samples, summed over all containers. */
  readonly containerDays: number
  readonly cpu: {
    readonly usedCoreDays: number
    readonly reservedCoreDays: number
    /** Usage above the request as a share of all CPU used. */
    readonly shortShare: number
    /** Share of days with more than 5 % of samples above the request. */
    readonly shortDays: number
  }
  readonly memory: {
    readonly usedGibDays: number
    readonly reservedGibDays: number
    /** Share of the days with a sample above the limit, and of those with a sample above the request. */
    readonly oomDays: number
    readonly daysAboveRequest: number
    readonly oomKills: number
  }
  readonly changesPerDay: number
  readonly regret: Readonly<Record<Goal, { readonly cpu: Regret; readonly memory: Regret }>>
  readonly calibration: { readonly cpu: Calibration | undefined; readonly memory: Calibration | undefined }
  readonly coldStart: Readonly<Record<Age, ColdStart>>
  /** Measurements of each container. */
  readonly each: readonly Measured[]
}

export interface Terms {
  readonly cadenceSeconds: number
  /** Seconds between two samples of a Pod. */
  readonly stepSeconds: number
}

/** Judges decisions against usage; create one for each history. */
export class Scorer {
  readonly #terms: Terms
  readonly #usage: readonly ContainerUsage[]
  readonly #judged: readonly Judged[]

  constructor(usage: readonly ContainerUsage[], terms: Terms) {
    this.#terms = terms
    this.#usage = usage
    this.#judged = usage.flatMap((one) => judge(one, terms.cadenceSeconds, terms.stepSeconds) ?? [])
  }

  /** Containers that can be judged for at least a day, after their first week. */
  get judged(): readonly Judged[] {
    return this.#judged
  }

  /**
   * Scores the decisions for all containers.
   *
   * @param decisionsOf the decisions for a container, in order of time
   * @param goal the goal whose price is used to judge the confidences
   */
  score(decisionsOf: (usage: ContainerUsage) => readonly Decision[], goal: Goal = 'balanced'): Score {
    const each = this.#judged.flatMap((judged) => measure(judged, decisionsOf(judged.usage)) ?? [])
    const calibration = new CalibrationRecord(goal, this.#terms.stepSeconds)
    const coldStart = new ColdStartRecord()
    for (const usage of this.#usage) {
      calibration.add(usage, decisionsOf(usage))
      coldStart.add(usage, decisionsOf(usage))
    }
    const total = (figureOf: (one: Measured) => number) => each.reduce((sum, one) => sum + figureOf(one), 0)
    const days = this.#terms.stepSeconds / DAY_SECONDS
    const containerDays = total(({ judged }) => judged.days.length)
    const cpuDays = total(({ cpu }) => cpu.days)
    const memoryDays = total(({ memory }) => memory.days)
    return {
      containers: each.length,
      containerDays,
      cpu: {
        usedCoreDays: total(({ cpu }) => cpu.used) * days,
        reservedCoreDays: total(({ cpu }) => cpu.reserved) * days,
        shortShare:
          total(({ cpu }) => cpu.short) /
          Math.max(
            total(({ cpu }) => cpu.used),
            Number.MIN_VALUE,
          ),
        shortDays: total(({ cpu }) => cpu.shortDays) / cpuDays,
      },
      memory: {
        usedGibDays: (total(({ memory }) => memory.used) * days) / GIB,
        reservedGibDays: (total(({ memory }) => memory.reserved) * days) / GIB,
        oomDays: total(({ memory }) => memory.oomDays) / memoryDays,
        daysAboveRequest: total(({ memory }) => memory.daysAboveRequest) / memoryDays,
        oomKills: total(({ memory }) => memory.oomKills),
      },
      changesPerDay: total(({ changes }) => changes) / containerDays,
      regret: Object.fromEntries(Goal.options.map((goal) => [goal, regret(each, goal)])) as Score['regret'],
      calibration: { cpu: calibration.cpu, memory: calibration.memory },
      coldStart: coldStart.summary(),
      each,
    }
  }
}
