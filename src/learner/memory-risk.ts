import { type HourlyUsage, MEMORY_MASSES } from './closed-hours.ts'
import { NONE } from './days.ts'
import type { Followed } from './followed.ts'
import { oldestHour } from './hour-statistics.ts'
import type { InstanceMemory } from './instance.ts'
import { MEMORY_BUCKETS } from './log-buckets.ts'
import { survivalWith } from './memory-of-others.ts'
import { ABOVE_REQUEST_SHARE, type MemoryPrices, OVERCOMMIT_PRICE } from './prices.ts'
import { recentPeaks } from './recent-peaks.ts'
import type { UsageWindow } from './usage-window.ts'

const { edges, count: BUCKETS } = MEMORY_BUCKETS

/**
 * In the first two hours, in which there may only be an OOM kill, the limit is at most 28 buckets above the peak, which is 4 times as
 * much: more would be a guess. Two hours, because an OOM kill may close the first one early.
 */
const FIRST_HOURS_BUCKETS = 28
const FIRST_HOURS = 2
/** Half-lives, in hours with samples, of the two halves of the usage that is expected. */
const DAY_HALF_LIFE = 24
const WEEK_HALF_LIFE = 168

const expected = new Float64Array(BUCKETS)
const requestCost = new Float64Array(BUCKETS)
const limitCost = new Float64Array(BUCKETS)

/** Expected memory of a container over the next day, and the best request and limit for it. */
export interface MemoryRisk {
  /** Expected cost of each request, by bucket, in bytes. The cost of a request with a limit is the sum of the two. */
  readonly requestCost: Float64Array
  /** Expected cost of each limit, by bucket, in bytes. */
  readonly limitCost: Float64Array
  /** Probability that the next day's peak is above each bucket's edge. */
  readonly chance: Float64Array
  /** Buckets of the best request and limit. */
  readonly request: number
  readonly limit: number
  /** Expected cost of the best request and limit together, in bytes. */
  readonly bestCost: number
  /** Bucket of the peak of the last day. */
  readonly newestPeak: number
  /** Bucket of the highest peak of the last six weeks. */
  readonly highestPeak: number
}

/**
 * Expected cost of each memory request and limit over the next day. It is the request, the price of each byte used above
 * it, a third of an OOM day when the day's peak is above it, a whole one when the peak is above the limit, and the price
 * of the overcommitted bytes between request and limit. It is the sum of a part that depends only on the request and one
 * that depends only on the limit, so each is minimised separately.
 *
 * @param days of history
 * @param others what other instances of the same application tell; undefined for none
 * @returns valid until the next call; undefined where there is no memory usage yet
 */
export function memoryRisk(
  usage: UsageWindow,
  { shortfall, oomDay }: MemoryPrices,
  days: number,
  others?: Followed<InstanceMemory>,
): MemoryRisk | undefined {
  const peaks = recentPeaks(usage)
  if (peaks.length === 0) return undefined
  fillExpected(usage)
  const { chance, damage, highest: highestPeak } = survivalWith(others, peaks, days)

  let above = 0
  let excess = 0
  for (let i = BUCKETS - 1; i >= 0; i--) {
    const edge = edges[i]!
    requestCost[i] = (1 - OVERCOMMIT_PRICE) * edge + shortfall * excess + ABOVE_REQUEST_SHARE * oomDay * damage[i]!
    limitCost[i] = OVERCOMMIT_PRICE * edge + (1 - ABOVE_REQUEST_SHARE) * oomDay * damage[i]!
    above += expected[i]!
    if (i > 0) excess += above * (edge - edges[i - 1]!)
  }
  const request = cheapest(requestCost)
  const most = days <= FIRST_HOURS / 24 && !(others && others.like > 0.5) ? highestPeak + FIRST_HOURS_BUCKETS : BUCKETS
  const limit = Math.max(request, Math.min(cheapest(limitCost), most))
  const bestCost = requestCost[request]! + limitCost[limit]!
  return { requestCost, limitCost, chance, request, limit, bestCost, newestPeak: peaks[0]!.peak, highestPeak }
}

/** Fills `expected` with usage of mass 1: weights of one half of it halve in a day, those of the other in a week. */
function fillExpected(usage: HourlyUsage): void {
  expected.fill(0)
  const oldest = oldestHour(usage)
  let dayTotal = 0
  let weekTotal = 0
  let age = 0
  for (let hour = usage.hours - 1; hour >= oldest; hour--) {
    if (usage.memory(hour, 0) === NONE) continue
    dayTotal += 2 ** (-age / DAY_HALF_LIFE)
    weekTotal += 2 ** (-age / WEEK_HALF_LIFE)
    age++
  }
  age = 0
  for (let hour = usage.hours - 1; hour >= oldest; hour--) {
    if (usage.memory(hour, 0) === NONE) continue
    const weight = (0.5 * 2 ** (-age / DAY_HALF_LIFE)) / dayTotal + (0.5 * 2 ** (-age / WEEK_HALF_LIFE)) / weekTotal
    for (let rank = 0; rank < MEMORY_MASSES.length; rank++)
      expected[usage.memory(hour, rank)]! += MEMORY_MASSES[rank]! * weight
    age++
  }
}

/** Expected cost of a memory request and limit, in bytes; NaN where there are none. */
export function memoryCost(
  { requestCost, limitCost }: Pick<MemoryRisk, 'requestCost' | 'limitCost'>,
  { memoryRequest, memoryLimit }: { readonly memoryRequest: number; readonly memoryLimit: number },
): number {
  return memoryRequest < 0 ? Number.NaN : requestCost[memoryRequest]! + limitCost[memoryLimit]!
}

/** Index of the lowest cost; the first of several. */
export function cheapest(cost: Float64Array): number {
  let best = 0
  for (let i = 1; i < cost.length; i++) if (cost[i]! < cost[best]!) best = i
  return best
}
