import { type ByteReader, type ByteWriter, copyState } from './bytes.ts'
import type { Cadence } from './cadence.ts'
import { CPU_FEATURES, CPU_VARIANCES, MEMORY_FEATURES, MEMORY_VARIANCES } from './confidence.ts'
import { DecayedMean } from './decayed-mean.ts'
import { OnlineLogistic } from './online-logistic.ts'
import type { Prices } from './prices.ts'

/** Changes per container and decision that the price of a change aims at: 0.36 a day for daily decisions, 0.9 a day for hourly. */
const BUDGET = { '24h': 0.36, '1h': 0.9 / 24 } as const
/** The price of a change before the first decision, in days of cost. */
const FIRST_PRICE = { '24h': 0.04, '1h': 0.06 } as const
/** Bounds of the price of a change, relative to the first. */
const MAXIMUM_FACTOR = 16
const MINIMUM_FACTOR = 1 / 8
/** Learning rate of the price of a change, per decision of each container. */
const RATE = 0.5
/** A smaller fleet counts as this large: its price would jump with every change. */
const MINIMUM_CONTAINERS = 20
/** About how many days the mean costs are averaged over. */
const MEAN_DAYS = 20
const DECISIONS_A_DAY = { '24h': 1, '1h': 24 } as const

/**
 * What all containers share that are decided on for the same prices at the same cadence: their mean costs, the price of a
 * change, and the models of confidence.
 */
export class FleetRecord {
  readonly prices: Prices
  readonly cadence: Cadence
  /** Mean expected cost of a container's CPU, in cores. */
  readonly cpuCost = new DecayedMean()
  /** Mean expected cost of a container's memory, in bytes. */
  readonly memoryCost = new DecayedMean()
  /** Probability that a CPU request holds for a day, from `cpuTerms`. */
  readonly cpuHolds = new OnlineLogistic(CPU_VARIANCES)
  /** Probability that a memory limit holds for a day, from `memoryFeatures`. */
  readonly memoryHolds = new OnlineLogistic(MEMORY_VARIANCES)
  #changePrice: number

  constructor(prices: Prices, cadence: Cadence) {
    this.prices = prices
    this.cadence = cadence
    this.#changePrice = FIRST_PRICE[cadence]
  }

  /** Price of a change: the expected saving that it must exceed, in days of a typical container's cost. */
  get changePrice(): number {
    return this.#changePrice
  }

  /** Factor by which past costs count less with each decision. @param containers number of containers in the fleet */
  decay(containers: number): number {
    return 1 - 1 / (MEAN_DAYS * containers * DECISIONS_A_DAY[this.cadence])
  }

  /**
   * Raises the price of a change after a decision that changed something, and lowers it after any other, so that changes
   * keep to their budget: the dual variable of that constraint, found by stochastic (multiplicative) ascent.
   *
   * @param containers number of containers in the fleet
   */
  updateChangePrice(changed: boolean, containers: number): void {
    const first = FIRST_PRICE[this.cadence]
    const excess = (changed ? 1 : 0) - BUDGET[this.cadence]
    const price = this.#changePrice * Math.exp((RATE * excess) / Math.max(containers, MINIMUM_CONTAINERS))
    this.#changePrice = Math.min(Math.max(price, first * MINIMUM_FACTOR), first * MAXIMUM_FACTOR)
  }

  /** Writes everything but the prices and the cadence. */
  write(to: ByteWriter): void {
    to.float64(this.#changePrice)
    for (const part of [this.cpuCost, this.memoryCost, this.cpuHolds, this.memoryHolds]) part.write(to)
  }

  /**
   * Reads what `write` wrote.
   *
   * @param version of the saved state, the newest when absent; before 3, the CPU model had no products of features
   */
  read(from: ByteReader, version = Number.POSITIVE_INFINITY): void {
    this.#changePrice = from.float64()
    for (const mean of [this.cpuCost, this.memoryCost]) mean.read(from)
    this.cpuHolds.read(from, version < 3 ? CPU_FEATURES : CPU_VARIANCES.length)
    this.memoryHolds.read(from, MEMORY_FEATURES)
  }

  /** A fleet that is the same and independent of this one. */
  copy(): FleetRecord {
    const copy = new FleetRecord(this.prices, this.cadence)
    copyState(this, copy)
    return copy
  }
}
