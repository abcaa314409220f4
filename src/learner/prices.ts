import type { ByteReader, ByteWriter } from './bytes.ts'

/**
 * What under-provisioning costs relative to over-provisioning, per resource. The unit of every price is the cost of
 * reserving the same amount of the resource for the same time. A caller may pass any prices, for instance one set for
 * each point of a Pareto front; `GOAL_PRICES` holds those of the three goals.
 */
export interface Prices {
  readonly cpu: CpuPrices
  readonly memory: MemoryPrices
}

export interface CpuPrices {
  /** Price of a core used above the request, for as long as it is used. More than 1. */
  readonly shortfall: number
  /** A CPU limit, if there is one, is the highest usage of the last 14 days plus this share (0.5 is 50 %). */
  readonly limitMargin: number
}

export interface MemoryPrices {
  /** Price of a byte used above the request, for as long as it is used. */
  readonly shortfall: number
  /** Price of a day with an OOM kill, per byte of the 95th percentile of that day's usage. */
  readonly oomDay: number
}

/**
 * Share of the price of an OOM day for a day whose peak is above the memory request but not above the limit: such a Pod
 * is first in line for eviction when its node runs out of memory.
 */
export const ABOVE_REQUEST_SHARE = 1 / 3

/** Price of each byte between memory request and limit: the node overcommits it. */
export const OVERCOMMIT_PRICE = 0.05

/** Whether two sets of prices are the same in every number. */
export function samePrices(a: Prices, b: Prices): boolean {
  return (
    a === b ||
    (Object.is(a.cpu.shortfall, b.cpu.shortfall) &&
      Object.is(a.cpu.limitMargin, b.cpu.limitMargin) &&
      Object.is(a.memory.shortfall, b.memory.shortfall) &&
      Object.is(a.memory.oomDay, b.memory.oomDay))
  )
}

/** Writes the four numbers as float64. */
export function writePrices({ cpu, memory }: Prices, to: ByteWriter): void {
  to.float64s([cpu.shortfall, cpu.limitMargin, memory.shortfall, memory.oomDay])
}

/**
 * Reads what `writePrices` wrote.
 *
 * @param version of the saved state; before 5, there was a tolerance of the cost of CPU, which is dropped
 * @throws RangeError where the bytes end too early
 */
export function readPrices(from: ByteReader, version: number): Prices {
  const shortfall = from.float64()
  if (version < 5) from.float64()
  return {
    cpu: { shortfall, limitMargin: from.float64() },
    memory: { shortfall: from.float64(), oomDay: from.float64() },
  }
}
