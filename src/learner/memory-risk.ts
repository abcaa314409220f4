import { NONE } from './days.ts'
import { ABOVE_REQUEST, type GoalPrices, ROOM_PRICE } from './goals.ts'
import { MEMORY_BUCKETS } from './log-buckets.ts'
import { peakSurvival } from './peak-survival.ts'
import { recentPeaks } from './recent-peaks.ts'
import { HOURS_KEPT, MEMORY_MASSES, type UsageMemory } from './usage-memory.ts'

const { edges, count: BUCKETS } = MEMORY_BUCKETS

/**
 * In the first two hours (two, as an OOM kill may close the first before it is over), when there is no more than that kill,
 * the limit is 4 times the peak at most: it is a guess.
 */
const FIRST_HOURS_BUCKETS = 28
const FIRST_HOURS = 2
/** Half-lives in hours with samples of what is expected above the request. */
const DAY_HALF_LIFE = 24
const WEEK_HALF_LIFE = 168

const usage = new Float64Array(BUCKETS)
const requestCost = new Float64Array(BUCKETS)
const limitCost = new Float64Array(BUCKETS)

export interface MemoryChoice {
  /** Expected cost per unit of time of each request and limit, by bucket; they add up. */
  readonly requestCost: Float64Array
  readonly limitCost: Float64Array
  /** How likely the next day's peak is above an edge. */
  readonly chance: Float64Array
  readonly request: number
  readonly limit: number
  /** Expected cost of the best request and limit together. */
  readonly least: number
  /** Peak of the last day, and the highest of six weeks; buckets. */
  readonly newestPeak: number
  readonly highestPeak: number
}

/**
 * What each memory request and limit would cost over the next day. The cost is the request, `use` for each byte used
 * above it, a third of an OOM-day when the day's peak is above it, the whole of one when it is above the limit, and the
 * node's loan in between. It falls apart into a part that only the request and one that only the limit bears on, so
 * both are chosen at once, each by itself.
 *
 * @param days of samples
 * @returns valid until the next call; undefined where there is no memory usage yet
 */
export function memoryRisk(
  memory: UsageMemory,
  { use, oomDay }: GoalPrices,
  cadence: '24h' | '1h',
  days: number,
): MemoryChoice | undefined {
  const peaks = recentPeaks(memory, cadence)
  if (peaks.length === 0) return undefined
  fillUsage(memory)
  const { chance, damage, highest: highestPeak } = peakSurvival(peaks, days)

  let above = 0
  let excess = 0
  for (let i = BUCKETS - 1; i >= 0; i--) {
    const edge = edges[i]!
    requestCost[i] = (1 - ROOM_PRICE) * edge + use * excess + ABOVE_REQUEST * oomDay * damage[i]!
    limitCost[i] = ROOM_PRICE * edge + (1 - ABOVE_REQUEST) * oomDay * damage[i]!
    above += usage[i]!
    if (i > 0) excess += above * (edge - edges[i - 1]!)
  }
  const request = cheapest(requestCost)
  const most = days <= FIRST_HOURS / 24 ? highestPeak + FIRST_HOURS_BUCKETS : BUCKETS
  const limit = Math.max(request, Math.min(cheapest(limitCost), most))
  const least = requestCost[request]! + limitCost[limit]!
  return { requestCost, limitCost, chance, request, limit, least, newestPeak: peaks[0]!.peak, highestPeak }
}

/** Memory in use, of mass 1: half of it forgets in days, half in weeks. */
function fillUsage(memory: UsageMemory): void {
  usage.fill(0)
  const oldest = Math.max(0, memory.hours - HOURS_KEPT)
  let dayTotal = 0
  let weekTotal = 0
  let age = 0
  for (let hour = memory.hours - 1; hour >= oldest; hour--) {
    if (memory.memory(hour, 0) === NONE) continue
    dayTotal += 2 ** (-age / DAY_HALF_LIFE)
    weekTotal += 2 ** (-age / WEEK_HALF_LIFE)
    age++
  }
  age = 0
  for (let hour = memory.hours - 1; hour >= oldest; hour--) {
    if (memory.memory(hour, 0) === NONE) continue
    const weight = (0.5 * 2 ** (-age / DAY_HALF_LIFE)) / dayTotal + (0.5 * 2 ** (-age / WEEK_HALF_LIFE)) / weekTotal
    for (let rank = 0; rank < MEMORY_MASSES.length; rank++)
      usage[memory.memory(hour, rank)]! += MEMORY_MASSES[rank]! * weight
    age++
  }
}

function cheapest(cost: Float64Array): number {
  let best = 0
  for (let i = 1; i < BUCKETS; i++) if (cost[i]! < cost[best]!) best = i
  return best
}
