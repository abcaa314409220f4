import type { CpuHistograms } from './cpu-histograms.ts'
import { SKETCH_MASSES } from './days.ts'
import { type Followed, moved } from './followed.ts'
import type { InstanceCpu } from './instance.ts'
import { shareAboveSketch } from './known-days.ts'
import { CPU_BUCKETS } from './log-buckets.ts'

/** In so many hours, the CPU of the last minutes takes the place of that of the others. */
const RECENT_HOURS = 2

/**
 * Adds the CPU of other instances to a container's own histograms. In its first two hours, the others' usage takes the place of that
 * of the last minutes and hours, which may be that of its start.
 *
 * @param histograms each of mass 1; they are changed, and keep their mass
 * @param days of the container's history
 */
export function addCpuOf(followed: Followed<InstanceCpu>, histograms: CpuHistograms, days: number): void {
  fillOthers(followed)
  const share = (followed.like * followed.days) / (followed.days + days)
  const shareOfRecent = followed.like * Math.max(0, 1 - (24 * days) / RECENT_HOURS)
  mix(histograms.minutes, shareOfRecent)
  mix(histograms.hours, shareOfRecent)
  mix(histograms.day, share)
  mix(histograms.week, share)
  const lowest = others.findIndex((mass) => mass > 0)
  const highest = others.findLastIndex((mass) => mass > 0)
  histograms.lowest = Math.min(histograms.lowest, lowest)
  histograms.highest = Math.max(histograms.highest, highest)
}

/**
 * Confidence in a CPU request: how many of the other instances it would have been enough for, and as far as the container is known, its
 * own confidence.
 *
 * @param own confidence from its own usage
 * @param unstated share of samples above the request that need not be stated
 * @param days of the container's history
 */
export function confidenceWith(
  { instances, moves, like, days: counts }: Followed<InstanceCpu>,
  own: number,
  request: number,
  unstated: number,
  days: number,
): number {
  const held = moves.filter(({ index, by }) => {
    const { sketch } = instances[index]!
    const above = shareAboveSketch((quantile) => sketch[quantile]! + by, request)
    return above <= unstated
  }).length
  const ofOthers = (held + 0.5) / (moves.length + 1)
  const share = (like * counts) / (counts + days)
  return share * ofOthers + (1 - share) * own
}

const others = new Float64Array(CPU_BUCKETS.count)

/** Fills `others` with the CPU of the other instances, each moved to the level of the container. Its mass is 1. */
function fillOthers({ instances, moves }: Followed<InstanceCpu>): void {
  others.fill(0)
  for (const { index, by } of moves) {
    for (const [i, bucket] of (instances[index]?.sketch ?? []).entries())
      others[moved(bucket, by, CPU_BUCKETS.count)]! += SKETCH_MASSES[i]! / moves.length
  }
}

function mix(histogram: Float64Array, share: number): void {
  for (let i = 0; i < histogram.length; i++) histogram[i] = (1 - share) * histogram[i]! + share * others[i]!
}
