import type { Evidence, ResourceEvidence } from '../api/index.ts'
import { cpuQuantity, memoryQuantity } from '../resources/index.ts'
import type { ContainerRecord } from './container-record.ts'
import { CPU_BASES } from './cpu-option.ts'
import { NONE } from './days.ts'
import { cpuDoubt, killsOf, memoryDoubt } from './doubts.ts'
import { leakBytesPerDay } from './leak.ts'
import { CPU_BUCKETS, type LogBuckets, MEMORY_BUCKETS } from './log-buckets.ts'
import { seasonOf } from './season.ts'
import { HOURS_KEPT, MEMORY_MASSES, RANKS, type UsageMemory } from './usage-memory.ts'

const DAYS_SHOWN = 14

/** Percentiles and peak, each the upper edge of its bucket: less than 5 % too high. */
export interface Spread {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly peak: number
}

/**
 * Percentiles of all samples, of which an hour's count half as much a week later, and the peak of the last fortnight.
 *
 * @returns cores; undefined where the fortnight has no samples
 */
export function cpuSpread(memory: UsageMemory): Spread | undefined {
  const peak = peakOf(memory, (hour) => memory.cpu(hour, RANKS - 1))
  return peak < 0 ? undefined : spread(CPU_BUCKETS, memory.week, peak)
}

/** @returns bytes, of the last fortnight; undefined where it has no samples */
export function memorySpread(memory: UsageMemory): Spread | undefined {
  const peak = peakOf(memory, (hour) => memory.memory(hour, MEMORY_MASSES.length - 1))
  if (peak < 0) return undefined
  counts.fill(0)
  for (let hour = Math.max(0, memory.hours - HOURS_KEPT); hour < memory.hours; hour++) {
    if (memory.memory(hour, 0) === NONE) continue
    for (let rank = 0; rank < MEMORY_MASSES.length; rank++) counts[memory.memory(hour, rank)]! += MEMORY_MASSES[rank]!
  }
  return spread(MEMORY_BUCKETS, counts, peak)
}

const counts = new Float64Array(NONE)

/** @returns the highest bucket of the last fortnight; −1 where it has none */
function peakOf(memory: UsageMemory, bucketOf: (hour: number) => number): number {
  let peak = -1
  for (let hour = Math.max(0, memory.hours - HOURS_KEPT); hour < memory.hours; hour++) {
    const bucket = bucketOf(hour)
    if (bucket !== NONE) peak = Math.max(peak, bucket)
  }
  return peak
}

function spread({ edges }: LogBuckets, masses: Float32Array | Float64Array, peak: number): Spread {
  let total = 0
  for (let bucket = 0; bucket <= peak; bucket++) total += masses[bucket]!
  const quantile = (share: number) => {
    let cumulated = 0
    let bucket = 0
    for (; bucket < peak; bucket++) {
      cumulated += masses[bucket]!
      if (cumulated >= (share - 1e-6) * total) break
    }
    return edges[bucket]!
  }
  return { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), peak: edges[peak]! }
}

/** What the CPU request rests on. */
export function cpuEvidence(values: Spread, record: ContainerRecord): ResourceEvidence {
  const { standing } = record
  const doubt = cpuDoubt(record, standing.cpuConfidence)
  return {
    ...quantities(values, cpuQuantity),
    basis: CPU_BASES[standing.cpuBasis] ?? CPU_BASES[0],
    ...(doubt !== undefined && { doubt }),
    ...costs(standing.cpuCost, standing.authorsCpuCost, cpuQuantity),
  }
}

/** What memory's request and limit rest on. */
export function memoryEvidence(values: Spread, record: ContainerRecord): ResourceEvidence {
  const { memory, standing } = record
  const doubt = memoryDoubt(record, standing.memoryConfidence)
  const perDay = leakBytesPerDay(memory)
  return {
    ...quantities(values, memoryQuantity),
    basis: killsOf(memory) > 0 ? 'OOM kills' : 'daily peaks of six weeks, and room for a new one',
    ...(doubt !== undefined && { doubt }),
    ...costs(standing.memoryCost, standing.authorsMemoryCost, memoryQuantity),
    ...(perDay !== undefined && { leak: leakOf(record, perDay) }),
  }
}

function leakOf({ memory, standing }: ContainerRecord, perDay: number) {
  const peak = MEMORY_BUCKETS.edges[memory.memoryWindow(memory.hours)?.peak ?? 0]!
  const left = Math.max(0, MEMORY_BUCKETS.edges[standing.memoryLimit]! - peak) / perDay
  return { perDay: memoryQuantity(perDay), daysLeft: Math.floor(left) }
}

function costs(cost: number, authorsCost: number, quantity: (value: number) => string) {
  return {
    ...(Number.isFinite(cost) && { cost: quantity(cost) }),
    ...(Number.isFinite(authorsCost) && { authorsCost: quantity(authorsCost) }),
  }
}

function quantities({ p50, p95, p99, peak }: Spread, quantity: (value: number) => string): ResourceEvidence {
  return { p50: quantity(p50), p95: quantity(p95), p99: quantity(p99), peak: quantity(peak) }
}

/** Window, samples, OOM kills and season of the last fortnight. */
export function evidenceWindow(
  record: ContainerRecord,
): Pick<Evidence, 'from' | 'to' | 'samples' | 'oomKills' | 'season'> {
  const { days, hours } = record.memory
  const today = Math.floor(hours / 24)
  const first = Math.max(0, today - DAYS_SHOWN)
  let samples = 0
  for (let day = first; day <= today; day++) {
    if (!days.has(day)) continue
    samples += days.samples(day)
  }
  const oomKills = killsOf(record.memory)
  const season = seasonOf(record.memory)
  const from = Math.max(record.firstSeconds, record.startOf(first * 24))
  return {
    from: isoTime(Math.min(from, record.lastSeconds)),
    to: isoTime(record.lastSeconds),
    samples,
    ...(oomKills > 0 && { oomKills }),
    ...(season && { season }),
  }
}

function isoTime(seconds: number): string {
  return new Date(Math.floor(seconds * 1000)).toISOString()
}
