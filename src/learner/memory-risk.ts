import { DAYS_KEPT, NONE } from './days.ts'
import { ABOVE_REQUEST, type GoalPrices, ROOM_PRICE } from './goals.ts'
import { leakBytesPerDay } from './leak.ts'
import { MEMORY_BUCKETS } from './log-buckets.ts'
import { HOURS_KEPT, MEMORY_MASSES, type UsageMemory } from './usage-memory.ts'

const { edges, count: BUCKETS } = MEMORY_BUCKETS

/** How past days weigh: half as much a fortnight back, the newest much more, that of the same weekday more. */
const HALF_LIFE_DAYS = 14
const NEWEST_WEIGHT = { '24h': 3, '1h': 6 } as const
const SAME_WEEKDAY_WEIGHT = 0.5
const WEEKDAY_BACK = 6
const LEAST_HOURS_OF_A_DAY = 6
/** Daily peaks are smeared in buckets: most by a narrow kernel, a tenth by one that is half as wide as days differ. */
const WIDE_SHARE = 0.1
const NARROW_OF_DEVIATION = 0.1
const WIDE_OF_DEVIATION = 0.5
const LEAST_WIDTH = 0.4
/** A new record: the chance of one, and how far it goes: as days differ, or as any container's do (6 buckets: 34 %). */
const RECORD_MASS = 0.5
const POOLED_DEVIATION = 6
const POOLED_DAYS = 3
const LEAST_RECORD_SCALE = 0.5
const YOUNG_RECORD_SCALE = 6
/** In the first hour, when there is no more than an OOM kill, the limit is 4 times the peak at most: it is a guess. */
const FIRST_HOUR_BUCKETS = 28
/** Half-lives in hours with samples of what is expected above the request. */
const DAY_HALF_LIFE = 24
const WEEK_HALF_LIFE = 168

const usage = new Float64Array(BUCKETS)
const narrow = new Float64Array(BUCKETS)
const wide = new Float64Array(BUCKETS)
const narrowP95 = new Float64Array(BUCKETS)
const wideP95 = new Float64Array(BUCKETS)
/** P(peak > edge), and E[p95 of the day; peak > edge]. */
const chance = new Float64Array(BUCKETS)
const damage = new Float64Array(BUCKETS)
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

/** How young a container is: 0 from a week of samples on, else 1 / days, at most 8. */
function youth(days: number): number {
  return days < 7 ? Math.min(1 / Math.max(days, 1 / 24), 8) : 0
}

interface Peak {
  /** Days ago. */
  readonly back: number
  readonly weight: number
  readonly peak: number
  readonly p95: number
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
  const peaks = recentPeaks(memory, NEWEST_WEIGHT[cadence])
  if (peaks.length === 0) return undefined
  fillUsage(memory)
  const highestPeak = fillSurvival(peaks, days)

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
  const most = days <= 1 / 24 ? highestPeak + FIRST_HOUR_BUCKETS : BUCKETS
  const limit = Math.max(request, Math.min(cheapest(limitCost), most))
  const least = requestCost[request]! + limitCost[limit]!
  return { requestCost, limitCost, chance, request, limit, least, newestPeak: peaks[0]!.peak, highestPeak }
}

/**
 * Peaks of the days that end now, 24 hours ago and so on; newest first. The newest counts however short it is, others
 * only from six hours with samples on; but where all are shorter, as with a CronJob, all count.
 */
function recentPeaks(memory: UsageMemory, newestWeight: number): Peak[] {
  const peaks: (Peak & { readonly counts: boolean })[] = []
  const now = memory.hours
  for (let back = 0; back < DAYS_KEPT; back++) {
    const end = now - 24 * back
    if (end < 1) break
    const recency = 2 ** (-back / HALF_LIFE_DAYS) + newestWeight * 2 ** -back
    const weight = recency + (back === WEEKDAY_BACK ? SAME_WEEKDAY_WEIGHT : 0)
    const window = end - 24 >= now - HOURS_KEPT || back === 0 ? memory.memoryWindow(end) : keptDay(memory, end)
    if (!window) continue
    const { hours, peak, p95 } = window
    peaks.push({ back, weight, peak, p95: edges[p95]!, counts: hours >= LEAST_HOURS_OF_A_DAY || back === 0 })
  }
  const hasWholeDays = peaks.some(({ counts }, i) => counts && i > 0)
  const perDay = leakBytesPerDay(memory) ?? 0
  const known = hasWholeDays ? peaks.filter(({ counts }) => counts) : peaks
  return perDay === 0 ? known : followLeak(known, perDay)
}

/**
 * Where memory leaks, past peaks are brought forward along its slope, so that what is left of their differences is how
 * far they stray from it; but never beyond a day's growth from the newest peak: a leak is followed, not indulged.
 */
function followLeak<T extends Peak>(peaks: readonly T[], perDay: number): T[] {
  const tomorrow = MEMORY_BUCKETS.indexOf(edges[peaks[0]!.peak]! + perDay)
  return peaks.map((day) => {
    const growth = perDay * (day.back + 1)
    const peak = Math.min(MEMORY_BUCKETS.indexOf(edges[day.peak]! + growth), tomorrow)
    return peak > day.peak ? { ...day, peak, p95: Math.min(day.p95 + growth, edges[peak]!) } : day
  })
}

/** Of days that are beyond the hours only those are kept that end on whole days: the nearest stands in. */
function keptDay(memory: UsageMemory, end: number): { peak: number; p95: number; hours: number } | undefined {
  const day = Math.round(end / 24) - 1
  if (!memory.days.has(day) || memory.days.peak(day) === NONE) return undefined
  return { peak: memory.days.peak(day), p95: memory.days.p95(day), hours: memory.days.hours(day) }
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

/** Fills `chance` and `damage`. @returns the highest of the peaks */
function fillSurvival(peaks: readonly Peak[], days: number): number {
  let total = 0
  let meanPeak = 0
  let meanP95 = 0
  let highest = 0
  for (const { weight, peak, p95 } of peaks) {
    total += weight
    meanPeak += weight * peak
    meanP95 += weight * p95
    highest = Math.max(highest, peak)
  }
  meanPeak /= total
  meanP95 /= total
  let deviation = 0
  for (const { weight, peak } of peaks) deviation += (weight / total) * Math.abs(peak - meanPeak)

  for (const at of [narrow, wide, narrowP95, wideP95]) at.fill(0)
  for (const { weight, peak, p95 } of peaks) {
    narrow[peak]! += (1 - WIDE_SHARE) * weight
    wide[peak]! += WIDE_SHARE * weight
    narrowP95[peak]! += (1 - WIDE_SHARE) * weight * p95
    wideP95[peak]! += WIDE_SHARE * weight * p95
  }
  chance.fill(0)
  damage.fill(0)
  const narrowWidth = Math.max(NARROW_OF_DEVIATION * deviation, LEAST_WIDTH)
  const wideWidth = Math.max(WIDE_OF_DEVIATION * deviation, LEAST_WIDTH)
  addSurvival(narrow, narrowWidth, chance)
  addSurvival(wide, wideWidth, chance)
  addSurvival(narrowP95, narrowWidth, damage)
  addSurvival(wideP95, wideWidth, damage)

  const young = youth(days)
  const known = Math.min(days, DAYS_KEPT)
  const scale =
    Math.max((known * deviation + POOLED_DAYS * POOLED_DEVIATION) / (known + POOLED_DAYS), LEAST_RECORD_SCALE) +
    YOUNG_RECORD_SCALE * young
  const mass = RECORD_MASS * (1 + young)
  const decay = Math.exp(-1 / scale)
  let beyond = 1
  for (let i = 0; i < BUCKETS; i++) {
    if (i > highest) beyond *= decay
    chance[i] = (chance[i]! + mass * beyond) / (total + mass)
    damage[i] = (damage[i]! + mass * meanP95 * beyond) / (total + mass)
  }
  return highest
}

/**
 * Adds the mass above each bucket of what is smeared by a Laplace kernel, in two passes. A mass at bucket p leaves half
 * of itself above p, half · r^(x − p) above x > p, and all but half · r^(p − x) above x < p.
 */
function addSurvival(mass: Float64Array, width: number, survival: Float64Array): void {
  const ratio = Math.exp(-1 / width)
  let tail = 0
  for (let i = 0; i < BUCKETS; i++) {
    tail = tail * ratio + 0.5 * mass[i]!
    survival[i]! += tail
  }
  let whole = 0
  let below = 0
  for (let i = BUCKETS - 1; i >= 0; i--) {
    below *= ratio
    survival[i]! += whole - below
    whole += mass[i]!
    below += 0.5 * mass[i]!
  }
}

function cheapest(cost: Float64Array): number {
  let best = 0
  for (let i = 1; i < BUCKETS; i++) if (cost[i]! < cost[best]!) best = i
  return best
}
