import { type Followed, moved } from './followed.ts'
import type { InstanceMemory } from './instance.ts'
import { MEMORY_BUCKETS } from './log-buckets.ts'
import { type PeakSurvival, peakSurvival } from './peak-survival.ts'
import type { Peak } from './recent-peaks.ts'

/**
 * How likely the next day's memory peak of a container is above each bucket: as if the days of other instances were its own, if it is
 * like them, and by its own days alone otherwise (Bayesian model averaging).
 *
 * @param others undefined for none
 * @param peaks of the container, newest first
 * @param days of its history
 * @returns valid until the next call
 */
export function survivalWith(
  others: Followed<InstanceMemory> | undefined,
  peaks: readonly Peak[],
  days: number,
): PeakSurvival {
  if (!others) return peakSurvival(peaks, days)
  const { like } = others
  const asOthers = peakSurvival(withPeaksOf(others, peaks, days), days + others.days)
  chance.set(asOthers.chance)
  damage.set(asOthers.damage)
  const alone = peakSurvival(peaks, days)
  for (let i = 0; i < alone.chance.length; i++) {
    alone.chance[i] = like * chance[i]! + (1 - like) * alone.chance[i]!
    alone.damage[i] = like * damage[i]! + (1 - like) * alone.damage[i]!
  }
  return alone
}

const chance = new Float64Array(MEMORY_BUCKETS.count)
const damage = new Float64Array(MEMORY_BUCKETS.count)

/**
 * Peaks of other instances beside a container's own ones, as if they were days of it. While its first day is not over, its own peak
 * says little about the peak of the day, except that it is not lower.
 */
function withPeaksOf(
  { instances, moves, days: counts }: Followed<InstanceMemory>,
  peaks: readonly Peak[],
  days: number,
): Peak[] {
  const trust = Math.min(days, 1)
  const least = days < 1 ? peaks[0]!.peak : 0
  const { count, edges } = MEMORY_BUCKETS
  const own = peaks.map((peak) => ({ ...peak, weight: peak.weight * trust }))
  const theirs = moves.flatMap(({ index, by }) => {
    const known = instances[index]?.days ?? []
    return known.map(({ peak, p95 }, back) => ({
      ...{ back, weight: counts / moves.length / known.length },
      ...{ peak: Math.max(moved(peak, by, count), least), p95: edges[moved(p95, by, count)]! },
    }))
  })
  return [...own, ...theirs]
}
