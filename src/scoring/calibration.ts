import type { Goal } from '../api/index.ts'
import { type ContainerUsage, firstFrom, type Series } from './container-usage.ts'
import type { Decision } from './decision.ts'
import { DAY_SECONDS, PRICES, WARM_UP_SECONDS } from './prices.ts'

const BINS = 10
const SURE = 0.9

/** Decisions that stated about the same confidence, and how often they held. */
export interface CalibrationBin {
  readonly rows: number
  /** Mean of the stated confidences, and the share of the rows that held; NaN if there are no rows. */
  readonly said: number
  readonly held: number
}

/** Calibration of the confidences stated for one resource: whether decisions held for their next 24 hours as often as they said. */
export interface Calibration {
  readonly rows: number
  /** Ten bins of equal width, from 0 to 1. */
  readonly bins: readonly CalibrationBin[]
  /** Mean distance between stated confidence and share that held, over the bins, weighted by their rows. */
  readonly error: number
  readonly held: number
  /** Share of the rows that stated 0.9 or more, and the share of these that held (NaN if there are none). */
  readonly sureRows: number
  readonly sureHeld: number
  /** Mean squared error of the confidences (Brier 1950), and that of a forecast that always states the mean. */
  readonly brier: number
  readonly brierOfMean: number
}

/** Collects stated confidences and outcomes, one container after the other, to compute their calibration. */
export class CalibrationRecord {
  readonly #use: number
  readonly #stepSeconds: number
  readonly cpu = new Said()
  readonly memory = new Said()

  constructor(goal: Goal, stepSeconds: number) {
    this.#use = PRICES[goal].use
    this.#stepSeconds = stepSeconds
  }

  /**
   * Takes in the decisions from a week after the container's first sample. A CPU decision holds if at most 1 / use of the samples
   * of its next 24 hours are above the request (10, 5, 1 % by goal), a memory decision if none is above the limit. A day with less
   * than half its samples is ignored.
   */
  add(usage: ContainerUsage, decisions: readonly Decision[]): void {
    const least = DAY_SECONDS / 2 / this.#stepSeconds
    for (const decision of decisions) {
      const { fromSeconds, cpuConfidence, memoryConfidence, cpuRequestCores, memoryLimitBytes } = decision
      if (fromSeconds < usage.firstSeconds + WARM_UP_SECONDS) continue
      const cpu = nextDay(usage.cpu, fromSeconds)
      if (cpu.length >= least && !Number.isNaN(cpuConfidence))
        this.cpu.add(cpuConfidence, shareAbove(cpu, cpuRequestCores) <= 1 / this.#use)
      const memory = nextDay(usage.memory, fromSeconds)
      if (memory.length >= least && !Number.isNaN(memoryConfidence))
        this.memory.add(memoryConfidence, shareAbove(memory, memoryLimitBytes) === 0)
    }
  }
}

class Said {
  readonly #rows = new Float64Array(BINS)
  readonly #said = new Float64Array(BINS)
  readonly #held = new Float64Array(BINS)
  #sure = 0
  #sureHeld = 0
  #squares = 0

  add(confidence: number, held: boolean): void {
    const bin = Math.min(BINS - 1, Math.floor(confidence * BINS))
    const outcome = held ? 1 : 0
    this.#rows[bin]!++
    this.#said[bin]! += confidence
    this.#held[bin]! += outcome
    this.#squares += (confidence - outcome) ** 2
    if (confidence >= SURE) {
      this.#sure++
      this.#sureHeld += outcome
    }
  }

  /** Computes the calibration; undefined if there is no confidence that could be judged. */
  summary(): Calibration | undefined {
    const rows = sum(this.#rows)
    if (rows === 0) return undefined
    const held = sum(this.#held) / rows
    const gaps = this.#said.map((said, i) => Math.abs(said - this.#held[i]!))
    return {
      rows,
      bins: Array.from(this.#rows, (count, i) => ({
        rows: count,
        said: this.#said[i]! / count,
        held: this.#held[i]! / count,
      })),
      error: sum(gaps) / rows,
      held,
      sureRows: this.#sure / rows,
      sureHeld: this.#sureHeld / this.#sure,
      brier: this.#squares / rows,
      brierOfMean: held * (1 - held),
    }
  }
}

function nextDay({ seconds, values }: Series, fromSeconds: number): Float64Array {
  return values.subarray(firstFrom(seconds, fromSeconds), firstFrom(seconds, fromSeconds + DAY_SECONDS))
}

function shareAbove(values: Float64Array, bound: number): number {
  let above = 0
  for (const value of values) if (value > bound) above++
  return above / values.length
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0)
}
