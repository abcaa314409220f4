import type { ContainerRecommendation, Goal } from '../api/index.ts'
import { cpuQuantity, memoryQuantity } from '../resources/index.ts'
import type { ContainerRecord } from './container-record.ts'
import { type DecisionContext, decide } from './decide.ts'
import { killsOf } from './doubts.ts'
import { cpuEvidence, cpuSpread, evidenceWindow, memoryEvidence, memorySpread } from './evidence.ts'
import type { Cadence } from './fleet-record.ts'
import { GOAL_PRICES } from './goals.ts'
import { CPU_BUCKETS, MEMORY_BUCKETS } from './log-buckets.ts'
import { Standing } from './standing.ts'

/** What must be known before anything is recommended. */
export interface MinimumHistory {
  /** From the first sample to now. */
  readonly seconds: number
  /** Of the resource in question. */
  readonly samples: number
}

/** A whole day, as most services follow the sun, and no fewer samples than it takes for a 95th percentile not to be the highest of them. */
export const MINIMUM_HISTORY: MinimumHistory = { seconds: 86_400, samples: 20 }

/**
 * What one container should have from `nowSeconds` on. Decides when a turn has come since the last decision, it was
 * killed, or its CPU is known at last (a kill tells of memory alone, and early); otherwise what was decided stands.
 *
 * @returns undefined when neither resource has enough history, or nothing was seen for a fortnight
 */
export function recommendContainer(
  name: string,
  record: ContainerRecord,
  goal: Goal,
  nowSeconds: number,
  minimum: MinimumHistory,
  context: DecisionContext,
): ContainerRecommendation | undefined {
  const { memory } = record
  if (record.firstSeconds > record.lastSeconds) return undefined
  if (goal !== record.goal) {
    record.standing = new Standing()
    record.goal = goal
  }
  memory.closeUntil(record.hourOf(nowSeconds))
  const wasKilled = record.standing.wasKilled || killsOf(memory) > 0
  const isYoung = nowSeconds - record.firstSeconds < minimum.seconds
  const knowsCpu = !isYoung && record.cpuSamples >= minimum.samples
  // That the limit was too low is known from the first kill on: waiting for a day of them would help nobody.
  const knowsMemory = wasKilled || (!isYoung && record.memorySamples >= minimum.samples)
  if (!knowsCpu && !knowsMemory) return undefined

  // What must not wait for the hour to end is taken in as it is; what the hour still brings is late, and counts as such.
  const lacksCpu = knowsCpu && record.standing.cpuRequest < 0
  // Kill after kill must not run ahead of the clock.
  const isAhead = memory.hours > record.hourOf(nowSeconds)
  const mustClose = (record.standing.wasKilled && !isAhead) || memory.isEmpty || (lacksCpu && memory.hasOpenCpu)
  if (memory.isOpen && mustClose) memory.closeUntil(memory.hours + 1)
  const turn = turnOf(memory.hours, context.cadence)
  const { standing } = record
  if (turn > standing.turn || standing.wasKilled || standing.hasNewVersion || lacksCpu) {
    decide(record, context)
    record.standing.turn = turn
  }
  // Nothing was seen for a fortnight, the hour that is running aside.
  if (memory.isEmpty) return undefined
  const cpu = knowsCpu ? cpuOf(record) : undefined
  const bytes = knowsMemory ? memoryOf(record) : undefined
  if (!cpu && !bytes) return undefined
  return {
    name,
    ...(cpu && { cpu: cpu.recommendation }),
    ...(bytes && { memory: bytes.recommendation }),
    evidence: {
      ...evidenceWindow(record),
      ...(cpu && { cpu: cpu.evidence }),
      ...(bytes && { memory: bytes.evidence }),
    },
  }
}

/** Decisions fall due every day or hour; a young container's also at the ages of one and six hours. */
function turnOf(hours: number, cadence: Cadence): number {
  if (cadence === '1h') return hours
  if (hours >= 24) return hours - (hours % 24)
  return hours >= 6 ? 6 : Math.min(hours, 1)
}

function cpuOf(record: ContainerRecord) {
  const { memory, standing, goal } = record
  const values = cpuSpread(memory)
  if (!values || standing.cpuRequest < 0) return undefined
  const request = CPU_BUCKETS.edges[standing.cpuRequest]!
  // Usage that fell a fortnight ago may still carry the request above today's peaks.
  const limit = Math.max(request, values.peak * (1 + GOAL_PRICES[goal].cpuLimitMargin))
  return {
    recommendation: {
      request: cpuQuantity(request),
      limit: cpuQuantity(limit),
      ...confidence(standing.cpuConfidence),
    },
    evidence: cpuEvidence(values, record),
  }
}

function memoryOf(record: ContainerRecord) {
  const { memory, standing } = record
  const values = memorySpread(memory)
  if (!values || standing.memoryRequest < 0) return undefined
  return {
    recommendation: {
      request: memoryQuantity(MEMORY_BUCKETS.edges[standing.memoryRequest]!),
      limit: memoryQuantity(MEMORY_BUCKETS.edges[standing.memoryLimit]!),
      ...confidence(standing.memoryConfidence),
    },
    evidence: memoryEvidence(values, record),
  }
}

/** In whole per mille: nobody knows it better. */
function confidence(chance: number): { confidence?: number } {
  return Number.isNaN(chance) ? {} : { confidence: Math.round(chance * 1000) / 1000 }
}
