import type { HourlyUsage } from './closed-hours.ts'
import type { ContainerRecord } from './container-record.ts'
import { NONE, SKETCH_QUANTILES } from './days.ts'
import { oldestHour } from './hour-statistics.ts'
import { AGES, type Instance, type InstanceLevel, type Level } from './instance.ts'
import { CPU_BUCKETS, MEMORY_BUCKETS } from './log-buckets.ts'
import { DEVIATION_OF_MEDIAN, median, quantileOfCounts } from './quantiles.ts'
import { recentPeaks } from './recent-peaks.ts'

/** Number of daily peaks that are kept of an instance. */
const INSTANCE_DAYS = 7
/** An instance with fewer hours with samples says nothing about others. */
const MINIMUM_HOURS = 6
const HOUR_SECONDS = 3600
/** The ranks that stand for an hour: that of 60 % for CPU, the 90th percentile for memory. */
const RANK = { cpu: 2, memory: 1 } as const

/** What a container tells about others; undefined while it has too little usage. */
export function instanceOf(record: ContainerRecord): Instance | undefined {
  const { usage } = record
  if (!record.hasSamples) return undefined
  const [cpu, memory] = [levelOf(usage, 'cpu'), levelOf(usage, 'memory')]
  const hasCpu = cpu.hours >= MINIMUM_HOURS
  const hasMemory = memory.hours >= MINIMUM_HOURS
  if (!hasCpu && !hasMemory) return undefined
  return {
    firstHour: Math.floor(record.firstSeconds / HOUR_SECONDS),
    lastHour: Math.floor(record.lastSeconds / HOUR_SECONDS),
    ...(hasCpu && { cpu: { ...rounded(cpu), ...beginning(usage, 'cpu', cpu), sketch: sketchOf(usage.week) } }),
    ...(hasMemory && {
      memory: {
        ...rounded(memory),
        ...beginning(usage, 'memory', memory),
        days: recentPeaks(usage)
          .slice(0, INSTANCE_DAYS)
          .map(({ peak, p95 }) => ({ peak, p95: MEMORY_BUCKETS.indexOf(p95) })),
      },
    }),
  }
}

/** How the usage of an instance began, while its first hours are kept. */
function beginning(
  usage: HourlyUsage,
  resource: 'cpu' | 'memory',
  { middle }: Level,
): Pick<InstanceLevel, 'belowAtFirst'> {
  if (oldestHour(usage) > 0) return {}
  const begun = AGES.map((age) => levelOf(usage, resource, age))
  return begun[0]!.hours > 0 ? { belowAtFirst: begun.map((first) => tenths(middle - first.middle)) } : {}
}

/**
 * Level of a resource in the closed hours that are kept. `hours`: with samples; without any, the level means nothing.
 *
 * @param until hours after this one do not count
 */
export function levelOf(
  usage: HourlyUsage,
  resource: 'cpu' | 'memory',
  until = usage.hours,
): Level & { readonly hours: number } {
  const buckets: number[] = []
  for (let hour = oldestHour(usage); hour < Math.min(until, usage.hours); hour++) {
    const bucket = usage[resource](hour, RANK[resource])
    if (bucket !== NONE) buckets.push(bucket)
  }
  if (buckets.length === 0) return { middle: 0, spread: 0, hours: 0 }
  const middle = median(buckets)
  const spread = DEVIATION_OF_MEDIAN * median(buckets.map((bucket) => Math.abs(bucket - middle)))
  return { middle, spread, hours: buckets.length }
}

function sketchOf(histogram: Float32Array): number[] {
  counts.set(histogram)
  const total = counts.reduce((sum, mass) => sum + mass, 0)
  return SKETCH_QUANTILES.map((share) => quantileOfCounts(counts, total, share))
}

const counts = new Float64Array(CPU_BUCKETS.count)

function rounded({ middle, spread }: Level): Level {
  return { middle, spread: tenths(spread) }
}

/** To a tenth of a bucket, 0.5 %, so that what is stored is short. */
function tenths(buckets: number): number {
  return Math.round(buckets * 10) / 10
}
