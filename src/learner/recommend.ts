import type {
  ContainerRecommendation,
  Evidence,
  Goal,
  ResourceEvidence,
  ResourceRecommendation,
} from '../recommendations/index.ts'
import { cpuQuantity, memoryQuantity } from '../resources/index.ts'
import type { ContainerUsage } from './container-usage.ts'
import { type Day, dayOf, startOfDay } from './daily-peaks.ts'
import type { DecayingHistogram } from './decaying-histogram.ts'
import { GOAL_RULES } from './goals.ts'
import { replayMemory, sizeMemory } from './memory-rule.ts'

/** What must be known before anything is recommended. */
export interface MinimumHistory {
  /** From the first sample to the last. */
  readonly seconds: number
  /** Of the resource in question. */
  readonly samples: number
}

/** A whole day, as most services follow the sun, and no fewer samples than it takes for a 95th percentile not to be the highest of them. */
export const MINIMUM_HISTORY: MinimumHistory = { seconds: 86_400, samples: 20 }

/**
 * What one container should have from `nowSeconds` on.
 *
 * @returns undefined when neither resource has enough history, or nothing was seen for a fortnight
 */
export function recommendContainer(
  name: string,
  usage: ContainerUsage,
  goal: Goal,
  nowSeconds: number,
  minimum: MinimumHistory,
): ContainerRecommendation | undefined {
  const days = usage.days.recent(dayOf(nowSeconds))
  const isYoung = usage.lastSeconds - usage.firstSeconds < minimum.seconds
  const wasKilled = days.some(({ oomKills }) => oomKills > 0)
  const cpu = isYoung || usage.cpu.samples < minimum.samples ? undefined : recommendCpu(usage, days, goal)
  // That the limit was too low is known from the first kill on: waiting for a day of them would help nobody.
  const memory =
    !wasKilled && (isYoung || usage.memory.samples < minimum.samples) ? undefined : recommendMemory(usage, days, goal)
  if (!cpu && !memory) return undefined
  return {
    name,
    ...(cpu && { cpu: cpu.recommendation }),
    ...(memory && { memory: memory.recommendation }),
    evidence: {
      ...evidenceWindow(usage, days),
      ...(cpu && { cpu: cpu.evidence }),
      ...(memory && { memory: memory.evidence }),
    },
  }
}

interface Sized {
  readonly recommendation: ResourceRecommendation
  readonly evidence: ResourceEvidence
}

/** No confidence: a day's samples above the request cannot be told from its peak, and a guess is not one. */
function recommendCpu(usage: ContainerUsage, days: readonly Day[], goal: Goal): Sized | undefined {
  const peaks = days.flatMap(({ cpuCores }) => cpuCores ?? [])
  const rules = GOAL_RULES[goal]
  const request = usage.cpu.quantile(rules.cpuQuantile)
  if (request === undefined || peaks.length === 0) return undefined
  const peak = Math.max(...peaks)
  // Usage that fell a fortnight ago may still carry the quantile above today's peaks.
  const limit = Math.max(request, peak * (1 + rules.cpuLimitMargin))
  return {
    recommendation: { request: cpuQuantity(request), limit: cpuQuantity(limit) },
    evidence: resourceEvidence(usage.cpu, peak, cpuQuantity),
  }
}

function recommendMemory(usage: ContainerUsage, days: readonly Day[], goal: Goal): Sized | undefined {
  const peaks = days.flatMap(({ memoryBytes }) => memoryBytes ?? [])
  if (peaks.length === 0) return undefined
  const rules = GOAL_RULES[goal]
  const { request, limit } = sizeMemory(peaks, rules)
  const confidence = replayMemory(peaks, rules)
  return {
    recommendation: {
      request: memoryQuantity(request),
      limit: memoryQuantity(limit),
      ...(confidence !== undefined && { confidence }),
    },
    evidence: resourceEvidence(usage.memory, Math.max(...peaks), memoryQuantity),
  }
}

/** Percentiles are of decayed usage, the peak is that of the days in the window. */
function resourceEvidence(
  histogram: DecayingHistogram,
  peak: number,
  quantity: (value: number) => string,
): ResourceEvidence {
  const percentile = (q: number) => quantity(Math.min(histogram.quantile(q) ?? peak, peak))
  return { p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99), peak: quantity(peak) }
}

function evidenceWindow(
  usage: ContainerUsage,
  days: readonly Day[],
): Pick<Evidence, 'from' | 'to' | 'samples' | 'oomKills'> {
  const oomKills = days.reduce((sum, day) => sum + day.oomKills, 0)
  const fromSeconds = Math.max(usage.firstSeconds, startOfDay(days[0]!.day))
  return {
    from: isoTime(fromSeconds),
    to: isoTime(usage.lastSeconds),
    samples: days.reduce((sum, { samples }) => sum + samples, 0),
    ...(oomKills > 0 && { oomKills }),
  }
}

function isoTime(seconds: number): string {
  return new Date(Math.floor(seconds * 1000)).toISOString()
}
