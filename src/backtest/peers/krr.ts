import { type ContainerUsage, type Decision, firstFrom, type Series } from '../../scoring/index.ts'
import { SlidingRanks } from './sliding-ranks.ts'

const WINDOW_SECONDS = 14 * 86_400
const SILENT_SECONDS = 3 * 3600
const MEMORY_MARGIN = 1.15
const MIB = 2 ** 20

/**
 * Decisions of Robusta KRR with the strategy `simple` and its defaults: the 95th percentile of a fortnight's CPU; the peak of a
 * fortnight's memory plus 15 %, as request and limit; whole millicores and mebibytes, at least 10m and 100Mi; nothing until
 * there are three hours of history.
 *
 * @param turns Unix times of decision, seconds, rising
 */
export function krr(usage: ContainerUsage, turns: readonly number[]): Decision[] {
  const spoken = turns.filter((turn) => turn - usage.firstSeconds >= SILENT_SECONDS)
  const cpu = trailing(usage.cpu, spoken, (ranks) => ranks.quantile(0.95))
  const memory = trailing(usage.memory, spoken, (ranks) => ranks.at(ranks.size - 1))
  return spoken.flatMap((fromSeconds, i) => {
    if (Number.isNaN(cpu[i]) || Number.isNaN(memory[i])) return []
    const bytes = Math.max(upTo(memory[i]! * MEMORY_MARGIN, MIB), 100 * MIB)
    return {
      fromSeconds,
      cpuRequestCores: Math.max(upTo(cpu[i]!, 0.001), 0.01),
      memoryRequestBytes: bytes,
      memoryLimitBytes: bytes,
      cpuConfidence: Number.NaN,
      memoryConfidence: Number.NaN,
    }
  })
}

/** A figure of the fortnight before each turn; NaN if nothing was seen in it. */
function trailing({ seconds, values }: Series, turns: readonly number[], figure: (ranks: SlidingRanks) => number) {
  const ranks = new SlidingRanks(values)
  let from = 0
  let to = 0
  return turns.map((turn) => {
    const end = firstFrom(seconds, turn)
    while (to < end) ranks.add(to++)
    const begin = firstFrom(seconds, turn - WINDOW_SECONDS)
    while (from < begin) ranks.remove(from++)
    return ranks.size === 0 ? Number.NaN : figure(ranks)
  })
}

/** Rounds up to a whole number of units, but ignores floating-point errors. */
function upTo(value: number, unit: number): number {
  return Math.ceil(Math.round((value / unit) * 1e9) / 1e9) * unit
}
