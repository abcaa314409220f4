import type { ByteReader, ByteWriter } from './bytes.ts'
import { CPU_FEATURES, CPU_VARIANCES, MEMORY_FEATURES, MEMORY_VARIANCES } from './confidence.ts'
import { OnlineLogistic } from './online-logistic.ts'

/** How often decisions are made, which is also for how long they are meant. */
export type Cadence = '24h' | '1h'

/** Changes per container and decision that the price of a change aims at: 0.36 a day, or 0.9 a day by the hour. */
const BUDGET = { '24h': 0.36, '1h': 0.9 / 24 } as const
const FIRST_PRICE = { '24h': 0.04, '1h': 0.06 } as const
const LARGEST_STEP = 16
const SMALLEST_STEP = 1 / 8
const RATE = 0.5
/** A fleet of a few would swing its price with every change. */
const LEAST_FLEET = 20
/** Means are over about so many days. */
const MEMORY_DAYS = 20
const DECISIONS_A_DAY = { '24h': 1, '1h': 24 } as const

class DecayedMean {
  #sum = 0
  #weight = 0

  /** @returns `otherwise` while there is none */
  value(otherwise: number): number {
    return this.#weight > 0 ? this.#sum / this.#weight : otherwise
  }

  add(value: number, decay: number): void {
    this.#sum = this.#sum * decay + value
    this.#weight = this.#weight * decay + 1
  }

  write(to: ByteWriter): void {
    to.float64(this.#sum)
    to.float64(this.#weight)
  }

  read(from: ByteReader): void {
    this.#sum = from.float64()
    this.#weight = from.float64()
  }
}

/** What all containers that are decided on for one goal share: what things cost, what a change must be worth, how sure to be. */
export class FleetRecord {
  readonly cpuCost = new DecayedMean()
  readonly memoryCost = new DecayedMean()
  readonly cpuHolds = new OnlineLogistic(CPU_VARIANCES)
  readonly memoryHolds = new OnlineLogistic(MEMORY_VARIANCES)
  readonly #cadence: Cadence
  #price: number

  constructor(cadence: Cadence) {
    this.#cadence = cadence
    this.#price = FIRST_PRICE[cadence]
  }

  /** The expected saving, in days of a typical container's cost, from which on a change is made. */
  get price(): number {
    return this.#price
  }

  /** How much the means forget with each decision. @param containers in the fleet */
  decay(containers: number): number {
    return 1 - 1 / (MEMORY_DAYS * containers * DECISIONS_A_DAY[this.#cadence])
  }

  /**
   * The price rises with each change and falls with each decision without one, so that changes keep to their budget: a
   * dual variable of that constraint, found by stochastic (multiplicative) ascent.
   */
  noteDecision(changed: boolean, containers: number): void {
    const first = FIRST_PRICE[this.#cadence]
    const excess = (changed ? 1 : 0) - BUDGET[this.#cadence]
    const price = this.#price * Math.exp((RATE * excess) / Math.max(containers, LEAST_FLEET))
    this.#price = Math.min(Math.max(price, first * SMALLEST_STEP), first * LARGEST_STEP)
  }

  write(to: ByteWriter): void {
    to.float64(this.#price)
    for (const part of [this.cpuCost, this.memoryCost, this.cpuHolds, this.memoryHolds]) part.write(to)
  }

  /** @param version of the saved state; before 3 the model of CPU had no products */
  read(from: ByteReader, version: number): void {
    this.#price = from.float64()
    for (const mean of [this.cpuCost, this.memoryCost]) mean.read(from)
    this.cpuHolds.read(from, version < 3 ? CPU_FEATURES : CPU_VARIANCES.length)
    this.memoryHolds.read(from, MEMORY_FEATURES)
  }
}
