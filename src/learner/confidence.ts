import type { CpuUsage } from './cpu-usage.ts'
import { NONE } from './days.ts'
import { LOG_STEP } from './log-buckets.ts'
import type { MemoryChoice } from './memory-risk.ts'
import { logit } from './online-logistic.ts'
import { RANKS, type UsageMemory } from './usage-memory.ts'

export const CPU_FEATURES = 15
export const MEMORY_FEATURES = 6

/** Which of the CPU features weigh differently the more often the request would have held. */
const DEPENDING = [2, 4, 7, 8, 9, 10, 11, 13]
/** How far the weights may stray from where they begin, for each term of the models. */
export const CPU_VARIANCES = [...Array<number>(CPU_FEATURES).fill(0.3), ...DEPENDING.map(() => 0.05)]
export const MEMORY_VARIANCES = Array<number>(MEMORY_FEATURES).fill(0.05)
const DAYS_LOOKED_AT = 14
const LEAST_HOURS_OF_A_DAY = 6

/**
 * What bears on whether a CPU request will hold for the next day (at most 1 / `use` of the samples above it): how often it
 * would have held on the days of the last fortnight, above all lately, and how near usage is to it now.
 *
 * @param request bucket @param days of samples @param into filled
 */
export function cpuFeatures(
  memory: UsageMemory,
  usage: CpuUsage,
  request: number,
  use: number,
  days: number,
  into: Float32Array,
): void {
  const now = memory.hours
  const held = heldDays(memory, request, use)
  const ofPast = logit((held.slow.held + 0.7) / (held.slow.days + 1))
  const ofLately = held.quick.days > 0 ? logit((held.quick.held + 0.5) / (held.quick.days + 0.8)) : 0
  const ofAll = logit((held.all.held + 0.7) / (held.all.days + 1))
  const above = sharesAbove(usage, request)
  const sixHours = memory.cpuBefore(now, 6, 0.95)
  const day = memory.cpuBefore(now, 24, 0.95)
  const distance = (bucket: number, low: number, high: number) =>
    bucket === NONE ? 0 : clamp((bucket - request) * LOG_STEP, low, high)
  let highestDay = 0
  for (let back = 0; back < DAYS_LOOKED_AT && now - 24 * back >= 1; back++) {
    const bucket = memory.cpuBefore(now - 24 * back, 24, 0.95)
    if (bucket !== NONE) highestDay = Math.max(highestDay, bucket)
  }
  into.set([
    held.slow.days > 0 ? ofPast : 0,
    1,
    (held.newest ? 1 : 0) - 0.5,
    shareOfHoursAbove(memory, now - 6, now, request),
    distance(sixHours, -3, 3),
    Math.min(7 / Math.max(days, 1 / 24), 3),
    ofLately,
    distance(day, -2, 2),
    clamp((highestDay - request) * LOG_STEP, -1, 3),
    Math.min((request - above.median) * LOG_STEP, 3),
    Math.min(held.newestAbove * use, 4),
    Math.min(above.ofWeek * use, 4),
    ofAll,
    distance(memory.cpuBefore(now, 1, 0.6), -3, 2),
    Math.max((ofPast + ofLately + ofAll) / 3 - 1.2, 0),
  ])
}

/**
 * The terms of the model from its features: these, and products of some with how often the request would have held. Only
 * the features are kept while a row is watched.
 */
export function cpuTerms(features: Float32Array): Float64Array {
  terms.set(features)
  const held = (features[0]! + features[6]! + features[12]!) / 3
  for (const [i, feature] of DEPENDING.entries()) terms[CPU_FEATURES + i] = held * features[feature]!
  return terms
}

const terms = new Float64Array(CPU_VARIANCES.length)

/** The same of a memory limit: will the day's peak stay at or below it? @param limit bucket @param into filled */
export function memoryFeatures(
  { chance, newestPeak, highestPeak }: MemoryChoice,
  limit: number,
  days: number,
  into: Float32Array,
): void {
  into.set([
    logit(1 - chance[limit]!),
    1,
    newestPeak > limit ? 1 : 0,
    clamp((highestPeak - limit) * LOG_STEP, -2, 1),
    clamp((newestPeak - limit) * LOG_STEP, -2, 1),
    Math.min(7 / Math.max(days, 1 / 24), 3),
  ])
}

interface Tally {
  days: number
  held: number
}

/** On which of the last days the request would have held: with decaying weights, slow and quick, and plain. */
function heldDays(memory: UsageMemory, request: number, use: number) {
  const slow: Tally = { days: 0, held: 0 }
  const quick: Tally = { days: 0, held: 0 }
  const all: Tally = { days: 0, held: 0 }
  let newest = false
  let newestAbove = 0
  for (let back = 0; back < DAYS_LOOKED_AT; back++) {
    const end = memory.hours - 24 * back
    if (end < 1) break
    const { hours, above } = countAbove(memory, end - 24, end, request)
    if (hours < LEAST_HOURS_OF_A_DAY) continue
    const share = above / (hours * RANKS)
    const held = share <= 1 / use ? 1 : 0
    for (const [tally, halfLife] of [
      [slow, 5],
      [quick, 1.5],
      [all, Number.POSITIVE_INFINITY],
    ] as const) {
      const weight = 2 ** (-back / halfLife)
      tally.days += weight
      tally.held += weight * held
    }
    if (back === 0) {
      newest = held === 1
      newestAbove = share
    }
  }
  return { slow, quick, all, newest, newestAbove }
}

/** On how many days of the last fortnight a CPU request (bucket) would have held, and whether on the newest. */
export function cpuDaysHeld(memory: UsageMemory, request: number, use: number) {
  const { all, newest } = heldDays(memory, request, use)
  return { ...all, newest }
}

/** The same of a memory limit (bucket). */
export function memoryDaysHeld(memory: UsageMemory, limit: number): Tally & { newest: boolean } {
  let days = 0
  let held = 0
  let newest = true
  for (let back = 0; back < DAYS_LOOKED_AT; back++) {
    const window = memory.memoryWindow(memory.hours - 24 * back)
    if (!window) continue
    days++
    if (window.peak <= limit) held++
    else if (back === 0) newest = false
  }
  return { days, held, newest }
}

function countAbove(memory: UsageMemory, from: number, until: number, request: number) {
  let hours = 0
  let above = 0
  for (let hour = Math.max(0, from); hour < until; hour++) {
    if (memory.cpu(hour, 0) === NONE) continue
    hours++
    for (let rank = RANKS - 1; rank >= 0 && memory.cpu(hour, rank) > request; rank--) above++
  }
  return { hours, above }
}

function shareOfHoursAbove(memory: UsageMemory, from: number, until: number, request: number): number {
  const { hours, above } = countAbove(memory, from, until, request)
  return hours > 0 ? above / (hours * RANKS) : 0
}

function sharesAbove(usage: CpuUsage, request: number): { ofWeek: number; median: number } {
  let ofWeek = 0
  for (let i = request + 1; i <= usage.highest; i++) ofWeek += usage.week[i]!
  let cumulated = 0
  let median = 0
  for (let i = 0; i <= usage.highest; i++) {
    cumulated += usage.day[i]!
    if (cumulated >= 0.5) break
    median = i
  }
  return { ofWeek, median }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}
