import type { CpuHistograms } from './cpu-histograms.ts'
import type { CurrentDecision } from './current-decision.ts'
import { dailyCosts } from './daily-cpu.ts'
import type { FleetRecord } from './fleet-record.ts'
import { costThroughout, expectHours, planHours } from './hourly-cpu.ts'
import { CPU_BUCKETS } from './log-buckets.ts'
import type { CpuPrices } from './prices.ts'
import { STRATEGIES } from './strategies.ts'
import type { UsageWindow } from './usage-window.ts'

/** Age in hours from which the seasonal and the cautious strategy plan too: before, they have no data. */
const STRATEGIES_PLAN_FROM_HOUR = 72
/** Age in hours from which on the seasonal and the cautious strategy may be followed. */
const STRATEGIES_ACT_FROM_HOUR = 168
/** Another strategy than the even one is followed only if the even one has cost this many times as much. */
const STRATEGY_MARGIN = 1.04
/** By how much past costs of a strategy decay with each plan: they halve in about ten days. */
const SPENT_DECAY = 0.9971
/**
 * 24 hours, times 2: the price of a change is in days of cost, where cost is the harmonic mean, 2 / (1 / a + 1 / b), of the
 * container's and the fleet's.
 */
const HOURS_OF_PRICE = 48

/** What a CPU request can be based on, as in the evidence. */
export const CPU_BASES = [
  'usage of the last days',
  'recent usage, and days that began like this one',
  'the last hours, and hours like them',
  'the same hours of past days',
  'the last day',
] as const
const RECENT = 0
const ANALOGS = 1
const FIRST_STRATEGY = 2

/** The best CPU request, compared with the current one and the author's. */
export interface CpuCandidate {
  /** Bucket of the best request. */
  readonly best: number
  /** Expected cost of an hour of the best request if changes were free, in cores. */
  readonly cost: number
  /** Expected saving over the current request, in cores over a day (core days); 0 without a current request. */
  readonly saving: number
  /** Index of its basis in `CPU_BASES`. */
  readonly basis: number
  /** Expected cost of keeping each request throughout, in cores; NaN where there is no such request. */
  readonly costOf: Readonly<Record<'best' | 'current' | 'author' | 'inForce', number>>
}

/** Buckets of the requests that the author wrote and that are in force; −1 for none. */
export interface OtherRequests {
  readonly author: number
  readonly inForce: number
}

/** The best CPU request for a day. @param others whose requests are priced, too */
export function dailyCandidate(
  usage: UsageWindow,
  histograms: CpuHistograms,
  { cpuRequest: current }: CurrentDecision,
  { author, inForce }: OtherRequests,
  prices: CpuPrices,
  originHour: number,
): CpuCandidate {
  const { cost, best, bestCost, hasAnalogs } = dailyCosts(
    usage,
    histograms,
    prices,
    [current, author, inForce],
    originHour,
  )
  const costOf = (bucket: number) => (bucket < 0 ? Number.NaN : cost[bucket]!)
  return {
    best,
    cost: bestCost,
    saving: current >= 0 ? cost[current]! - bestCost : 0,
    basis: hasAnalogs ? ANALOGS : RECENT,
    costOf: { best: bestCost, current: costOf(current), author: costOf(author), inForce: costOf(inForce) },
  }
}

const value = new Float64Array(CPU_BUCKETS.count)

/**
 * The best CPU request for the next hour. Every strategy makes its own plan and records the request that it would have;
 * the plan of the one that has cost least is returned.
 *
 * @param decision whose strategy records are brought up to date
 * @param others whose requests are priced, too
 */
export function hourlyCandidate(
  usage: UsageWindow,
  histograms: CpuHistograms,
  decision: CurrentDecision,
  { author, inForce }: OtherRequests,
  { shortfall }: CpuPrices,
  fleet: FleetRecord,
  originHour: number,
): CpuCandidate {
  const { cpuRequest: current, strategies } = decision
  addSpent(decision)
  let acting = 0
  for (let i = 1; i < strategies.length && usage.hours >= STRATEGIES_ACT_FROM_HOUR; i++) {
    const margin = acting === 0 ? STRATEGY_MARGIN : 1
    if (strategies[i]!.request >= 0 && strategies[i]!.spent * margin < strategies[acting]!.spent) acting = i
  }
  const priceOfChange = (hourCost: number) =>
    (fleet.changePrice * HOURS_OF_PRICE) / (1 / hourCost + 1 / fleet.cpuCost.value(hourCost))
  expectHours(usage, originHour)
  let candidate: CpuCandidate | undefined
  for (let i = usage.hours >= STRATEGIES_PLAN_FROM_HOUR ? strategies.length - 1 : 0; i >= 0; i--) {
    const strategy = strategies[i]!
    const others = [current, strategy.request, author, inForce]
    const plan = planHours(usage, histograms, STRATEGIES[i]!, shortfall, others, priceOfChange, value)
    if (strategy.request < 0 || value[strategy.request]! - plan.bestValue > plan.changePrice) {
      if (strategy.request < 0 && i > 0) strategy.spent = strategies[0]!.spent
      else if (strategy.request >= 0) strategy.switching += strategy.request === plan.best ? 0 : plan.changePrice
      strategy.request = plan.best
    }
    if (i === acting) {
      candidate = {
        best: plan.best,
        cost: plan.hourCost,
        saving: current >= 0 ? (value[current]! - plan.bestValue) / 24 : 0,
        basis: FIRST_STRATEGY + i,
        costOf: {
          best: costThroughout(plan.best),
          current: costThroughout(current),
          author: costThroughout(author),
          inForce: costThroughout(inForce),
        },
      }
    }
  }
  return candidate!
}

/** Adds what the hours since the last plan would have cost to each strategy's record. */
function addSpent(decision: CurrentDecision): void {
  if (decision.strategySamples === 0) return
  for (const strategy of decision.strategies) {
    strategy.spent = strategy.spent * SPENT_DECAY + strategy.hour / decision.strategySamples + strategy.switching
    strategy.switching = 0
    strategy.hour = 0
  }
  decision.strategySamples = 0
}
