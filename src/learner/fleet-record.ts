import { type ByteReader, type ByteWriter, copyState } from './bytes.ts'
import type { Cadence } from './cadence.ts'
import { CPU_MODEL, MEMORY_MODEL } from './confidence.ts'
import { DecayedMean } from './decayed-mean.ts'
import { OnlineLogistic } from './online-logistic.ts'
import type { Prices } from './prices.ts'

/** The price of a change before the first decision, in days of cost: about what keeps the public trace to the default budget. */
const FIRST_PRICE = { '24h': 0.04, '1h': 0.4 } as const
/** Bounds of the price of a change, in days of cost. */
const MINIMUM_PRICE = 0.005
const MAXIMUM_PRICE = 8
/** By how much the logarithm of the price rises if every container changes, and falls for each day without a change. */
const RATE = 0.5
/** Number of days over which the mean costs are averaged, approximately. */
const MEAN_DAYS = 20
const DECISIONS_A_DAY = { '24h': 1, '1h': 24 } as const

/**
 * State that is shared by all containers that are decided on for the same prices at the same cadence: their mean costs, the price of a
 * change, and the models of confidence.
 */
export class FleetRecord {
  readonly prices: Prices
  readonly cadence: Cadence
  /** Mean expected cost of a container's CPU, in cores. */
  readonly cpuCost = new DecayedMean()
  /** Mean expected cost of a container's memory, in bytes. */
  readonly memoryCost = new DecayedMean()
  /** Probability that a CPU request holds for a day, from `cpuFeatures`. */
  readonly cpuHolds = new OnlineLogistic(CPU_MODEL)
  /** Probability that a memory limit holds for a day, from `memoryFeatures`. */
  readonly memoryHolds = new OnlineLogistic(MEMORY_MODEL)
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
   * keep to their budget: the dual variable of that constraint, found by stochastic (multiplicative) ascent. It moves as fast
   * in a fleet of any size: the changes of all containers count as one.
   *
   * @param containers number of containers in the fleet
   * @param aDay changes a day of each container that it aims at
   */
  updateChangePrice(changed: boolean, containers: number, aDay: number): void {
    const excess = (changed ? 1 : 0) - aDay / DECISIONS_A_DAY[this.cadence]
    const price = this.#changePrice * Math.exp((RATE * excess) / Math.max(containers, 1))
    this.#changePrice = Math.min(Math.max(price, MINIMUM_PRICE), MAXIMUM_PRICE)
  }

  /** Writes everything but the prices and the cadence. */
  write(to: ByteWriter): void {
    to.float64(this.#changePrice)
    for (const part of [this.cpuCost, this.memoryCost, this.cpuHolds, this.memoryHolds]) part.write(to)
  }

  /**
   * Reads what `write` wrote.
   *
   * @param version of the saved state, the newest when absent; before 5, confidence in CPU meant something else, and its model
   *   is learned again
   */
  read(from: ByteReader, version = Number.POSITIVE_INFINITY): void {
    this.#changePrice = from.float64()
    for (const mean of [this.cpuCost, this.memoryCost]) mean.read(from)
    if (version < 5) new OnlineLogistic(earlierModel(version)).read(from)
    else this.cpuHolds.read(from)
    this.memoryHolds.read(from)
  }

  /** An equal, independent fleet. */
  copy(): FleetRecord {
    const copy = new FleetRecord(this.prices, this.cadence)
    copyState(this, copy)
    return copy
  }
}

/** The form of the CPU model before version 5: it had 15 features, and from version 3 on 8 products of them. */
function earlierModel(version: number) {
  const none = Array<number>(version < 3 ? 15 : 23).fill(0)
  return { weights: none, variances: none }
}
