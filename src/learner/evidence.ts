import type { Evidence, ResourceEvidence } from '../recommendations/index.ts'
import { cpuQuantity, memoryQuantity } from '../resources/index.ts'
import type { ContainerRecord } from './container-record.ts'
import { NONE } from './days.ts'
import { CPU_BUCKETS, type LogBuckets, MEMORY_BUCKETS } from './log-buckets.ts'
import { HOURS_KEPT, MEMORY_MASSES, RANKS, type UsageMemory } from './usage-memory.ts'

const DAYS_SHOWN = 14

/** Percentiles and peak of the last fortnight, each the upper edge of its bucket: less than 5 % too high. */
export interface Spread {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly peak: number
}

/** @returns cores; undefined where the fortnight has no samples */
export function cpuSpread(memory: UsageMemory): Spread | undefined {
  return spread(
    memory,
    CPU_BUCKETS,
    RANKS,
    (hour, rank) => memory.cpu(hour, rank),
    () => 1 / RANKS,
  )
}

/** @returns bytes; undefined where the fortnight has no samples */
export function memorySpread(memory: UsageMemory): Spread | undefined {
  return spread(
    memory,
    MEMORY_BUCKETS,
    MEMORY_MASSES.length,
    (hour, rank) => memory.memory(hour, rank),
    (rank) => MEMORY_MASSES[rank]!,
  )
}

const counts = new Float64Array(NONE)

function spread(
  memory: UsageMemory,
  { edges }: LogBuckets,
  ranks: number,
  bucketOf: (hour: number, rank: number) => number,
  massOf: (rank: number) => number,
): Spread | undefined {
  counts.fill(0)
  let hours = 0
  let peak = 0
  for (let hour = Math.max(0, memory.hours - HOURS_KEPT); hour < memory.hours; hour++) {
    if (bucketOf(hour, 0) === NONE) continue
    hours++
    for (let rank = 0; rank < ranks; rank++) counts[bucketOf(hour, rank)]! += massOf(rank)
    peak = Math.max(peak, bucketOf(hour, ranks - 1))
  }
  if (hours === 0) return undefined
  const quantile = (share: number) => {
    let cumulated = 0
    let bucket = 0
    for (; bucket < peak; bucket++) {
      cumulated += counts[bucket]!
      if (cumulated >= share * hours - 1e-9) break
    }
    return edges[bucket]!
  }
  return { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), peak: edges[peak]! }
}

export function cpuEvidence(values: Spread): ResourceEvidence {
  return quantities(values, cpuQuantity)
}

export function memoryEvidence(values: Spread): ResourceEvidence {
  return quantities(values, memoryQuantity)
}

function quantities({ p50, p95, p99, peak }: Spread, quantity: (value: number) => string): ResourceEvidence {
  return { p50: quantity(p50), p95: quantity(p95), p99: quantity(p99), peak: quantity(peak) }
}

/** Window, samples and OOM kills of the last fortnight. */
export function evidenceWindow(record: ContainerRecord): Pick<Evidence, 'from' | 'to' | 'samples' | 'oomKills'> {
  const { days, hours } = record.memory
  const today = Math.floor(hours / 24)
  const first = Math.max(0, today - DAYS_SHOWN)
  let samples = 0
  let oomKills = 0
  for (let day = first; day <= today; day++) {
    if (!days.has(day)) continue
    samples += days.samples(day)
    oomKills += days.kills(day)
  }
  const from = Math.max(record.firstSeconds, record.startOf(first * 24))
  return {
    from: isoTime(Math.min(from, record.lastSeconds)),
    to: isoTime(record.lastSeconds),
    samples,
    ...(oomKills > 0 && { oomKills }),
  }
}

function isoTime(seconds: number): string {
  return new Date(Math.floor(seconds * 1000)).toISOString()
}
