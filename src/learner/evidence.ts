import type { Evidence, ResourceEvidence } from '../api/index.ts'
import { cpuQuantity, memoryQuantity } from '../resources/index.ts'
import type { ContainerRecord } from './container-record.ts'
import { CPU_BASES } from './cpu-candidate.ts'
import { cpuDoubt, memoryDoubt, oomKillsOf } from './doubts.ts'
import { memoryBefore } from './hour-statistics.ts'
import { highestKnown } from './known-days.ts'
import { CPU_BUCKETS, type LogBuckets, MEMORY_BUCKETS } from './log-buckets.ts'
import type { Percentiles } from './percentiles.ts'

/** How many days before the current one the evidence covers. */
const EVIDENCE_DAYS = 14

/** The evidence for a CPU request. @param values percentiles of usage, as indices of `CPU_BUCKETS` */
export function cpuEvidence(values: Percentiles, record: ContainerRecord): ResourceEvidence {
  const { decision } = record
  const doubt = cpuDoubt(record, decision.cpuConfidence)
  return {
    ...quantities(values, CPU_BUCKETS, cpuQuantity),
    basis: CPU_BASES[decision.cpuBasis] ?? CPU_BASES[0],
    ...(doubt !== undefined && { doubt }),
    ...bursts(record),
    ...costs(decision.cpuCost, decision.authorCpuCost, decision.inForceCpuCost, cpuQuantity),
  }
}

/** The evidence for a memory request and limit. @param values percentiles of usage, as indices of `MEMORY_BUCKETS` */
export function memoryEvidence(values: Percentiles, record: ContainerRecord): ResourceEvidence {
  const { usage, decision } = record
  const doubt = memoryDoubt(record, decision.memoryConfidence)
  const perDay = usage.summary.leakBytesPerDay
  return {
    ...quantities(values, MEMORY_BUCKETS, memoryQuantity),
    basis: oomKillsOf(usage) > 0 ? 'OOM kills' : 'daily peaks, and room for a new one',
    ...(doubt !== undefined && { doubt }),
    ...costs(decision.memoryCost, decision.authorMemoryCost, decision.inForceMemoryCost, memoryQuantity),
    ...(perDay !== undefined && { leak: leakOf(record, perDay) }),
  }
}

/** The slope of a leak, and the days until the last day's peak reaches the limit. */
function leakOf({ usage, decision }: ContainerRecord, perDay: number) {
  const peak = MEMORY_BUCKETS.edges[memoryBefore(usage, usage.hours)?.peak ?? 0]!
  const left = Math.max(0, MEMORY_BUCKETS.edges[decision.memoryLimit]! - peak) / perDay
  return { perDay: memoryQuantity(perDay), daysLeft: Math.floor(left) }
}

/** Share of the known days on which CPU was above the request for longer than costs least, for how much of a day, and by how much. */
function bursts({ usage, decision }: ContainerRecord): Pick<ResourceEvidence, 'bursts'> {
  if (!decision.prices || decision.cpuRequest < 0) return {}
  const { days, shortDays, statedShare } = usage.knownDays(decision.cpuRequest, decision.prices.cpu.shortfall)
  if (shortDays === 0) return {}
  const highest = highestKnown(usage)
  if (highest <= decision.cpuRequest) return {}
  const by = CPU_BUCKETS.edges[highest]! - CPU_BUCKETS.edges[decision.cpuRequest]!
  return { bursts: { days: hundredths(shortDays / days), worstDay: hundredths(statedShare), by: cpuQuantity(by) } }
}

function hundredths(share: number): number {
  return Math.round(share * 100) / 100
}

function costs(cost: number, authorCost: number, inForceCost: number, quantity: (value: number) => string) {
  return {
    ...(Number.isFinite(cost) && { cost: quantity(cost) }),
    ...(Number.isFinite(authorCost) && { authorsCost: quantity(authorCost) }),
    ...(Number.isFinite(inForceCost) && { inForceCost: quantity(inForceCost) }),
  }
}

function quantities(
  { p50, p95, p99, peak }: Percentiles,
  { edges }: LogBuckets,
  quantity: (value: number) => string,
): ResourceEvidence {
  const text = (bucket: number) => quantity(edges[bucket]!)
  return { p50: text(p50), p95: text(p95), p99: text(p99), peak: text(peak) }
}

/** The part of the evidence that is not about one resource: window, samples, OOM kills and season of the last 14 days. */
export function evidenceWindow(
  record: ContainerRecord,
): Pick<Evidence, 'from' | 'to' | 'samples' | 'days' | 'oomKills' | 'season'> {
  const { days, hours } = record.usage
  const today = Math.floor(hours / 24)
  const first = Math.max(0, today - EVIDENCE_DAYS)
  let samples = 0
  for (let day = first; day <= today; day++) {
    if (!days.has(day)) continue
    samples += days.samples(day)
  }
  const oomKills = oomKillsOf(record.usage)
  const { season, days: daysKnown } = record.usage.summary
  const from = Math.max(record.firstSeconds, record.startOf(first * 24))
  return {
    from: isoTime(Math.min(from, record.lastSeconds)),
    to: isoTime(record.lastSeconds),
    samples,
    days: Math.floor(daysKnown),
    ...(oomKills > 0 && { oomKills }),
    ...(season && { season }),
  }
}

function isoTime(seconds: number): string {
  return new Date(Math.floor(seconds * 1000)).toISOString()
}
