import type { CpuUsage } from './cpu-usage.ts'
import { dailyCpu } from './daily-cpu.ts'
import type { FleetRecord } from './fleet-record.ts'
import type { GoalPrices } from './goals.ts'
import { costThroughout, expectHours, planHours, TEMPERS } from './hourly-cpu.ts'
import { CPU_BUCKETS } from './log-buckets.ts'
import type { Standing } from './standing.ts'
import type { UsageMemory } from './usage-memory.ts'

/** From these ages on, the cautious and the seasonal temper have something to go by, and are listened to. */
const TEMPERS_FROM_HOUR = 72
const TEMPERS_ACT_FROM_HOUR = 168
/** Another temper than the even one acts only where it has cost so much less. */
const TEMPER_MARGIN = 1.04
const TEMPER_DECAY = 0.9971
/** A change by the hour is reckoned in days, half by its own cost and half by the fleet's. */
const HOURS_OF_PRICE = 48

/** What may carry a decision on CPU, for people. */
export const CPU_BASES = [
  'usage of the last day and week',
  'recent usage, and days that began like this one',
  'the last hours, and hours like them',
  'the same hours of past days',
  'the last day',
] as const
const RECENT = 0
const ANALOGS = 1
const FIRST_TEMPER = 2

/** The best CPU request, beside the one that stands and the author's (buckets, −1 where there is none). */
export interface CpuOption {
  readonly best: number
  /** Expected cost of an hour of the best, if changes were free; and what it saves over what stands, in days of cost. */
  readonly cost: number
  readonly gain: number
  /** Which of `CPU_BASES` it rests on. */
  readonly basis: number
  /** Expected cost of keeping each throughout. */
  readonly costOf: { readonly best: number; readonly standing: number; readonly author: number }
}

export function dailyOption(
  memory: UsageMemory,
  usage: CpuUsage,
  standing: Standing,
  author: number,
  prices: GoalPrices,
): CpuOption {
  const { cost, best, least, hasAnalogs } = dailyCpu(memory, usage, prices, [standing.cpuRequest, author])
  const costOf = (bucket: number) => (bucket < 0 ? Number.NaN : cost[bucket]!)
  return {
    best,
    cost: least,
    gain: standing.cpuRequest >= 0 ? cost[standing.cpuRequest]! - least : 0,
    basis: hasAnalogs ? ANALOGS : RECENT,
    costOf: { best: least, standing: costOf(standing.cpuRequest), author: costOf(author) },
  }
}

const value = new Float64Array(CPU_BUCKETS.count)

/** Every temper makes its own plan and keeps what it would have out; the one that has cost least is followed. */
export function hourlyOption(
  memory: UsageMemory,
  usage: CpuUsage,
  standing: Standing,
  author: number,
  { use }: GoalPrices,
  fleet: FleetRecord,
): CpuOption {
  const { tempers } = standing
  noteSpent(standing)
  let acting = 0
  for (let i = 1; i < tempers.length && memory.hours >= TEMPERS_ACT_FROM_HOUR; i++) {
    const margin = acting === 0 ? TEMPER_MARGIN : 1
    if (tempers[i]!.request >= 0 && tempers[i]!.spent * margin < tempers[acting]!.spent) acting = i
  }
  const priceOfChange = (scale: number) => (fleet.price * HOURS_OF_PRICE) / (1 / scale + 1 / fleet.cpuCost.value(scale))
  expectHours(memory)
  let option: CpuOption | undefined
  for (let i = memory.hours >= TEMPERS_FROM_HOUR ? tempers.length - 1 : 0; i >= 0; i--) {
    const temper = tempers[i]!
    const wanted = [standing.cpuRequest, temper.request, author]
    const plan = planHours(memory, usage, TEMPERS[i]!, use, wanted, priceOfChange, value)
    if (temper.request < 0 || value[temper.request]! - plan.least > plan.changePrice) {
      if (temper.request < 0 && i > 0) temper.spent = tempers[0]!.spent
      else if (temper.request >= 0) temper.switching += temper.request === plan.best ? 0 : plan.changePrice
      temper.request = plan.best
    }
    if (i === acting) {
      const [best, stands, authors] = [plan.best, standing.cpuRequest, author].map(costThroughout)
      option = {
        best: plan.best,
        cost: plan.scale,
        gain: standing.cpuRequest >= 0 ? (value[standing.cpuRequest]! - plan.least) / 24 : 0,
        basis: FIRST_TEMPER + i,
        costOf: { best: best!, standing: stands!, author: authors! },
      }
    }
  }
  return option!
}

/** What the last hour would have cost each temper. */
function noteSpent(standing: Standing): void {
  if (standing.temperSamples === 0) return
  for (const temper of standing.tempers) {
    temper.spent = temper.spent * TEMPER_DECAY + temper.hour / standing.temperSamples + temper.switching
    temper.switching = 0
    temper.hour = 0
  }
  standing.temperSamples = 0
}
