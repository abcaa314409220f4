import { decideAll } from '../../src/backtest/index.ts'
import type { UsageColumns } from '../../src/history/index.ts'
import { containerUsage, Scorer } from '../../src/scoring/index.ts'
import { median } from '../median.ts'

const SUBSETS = 20
const DAY_SECONDS = 86_400
const STEP_SECONDS = 300

/** Median number of changes a day over 20 seeded subsets of so many containers, each treated as a separate fleet, with hourly decisions. */
export function changesOfSmallFleets(history: readonly UsageColumns[], size: number): number {
  const random = seeded(size)
  return median(
    Array.from({ length: SUBSETS }, () => {
      const left = [...history]
      return changesOf(Array.from({ length: size }, () => left.splice(Math.floor(random() * left.length), 1)[0]!))
    }),
  )
}

function changesOf(history: readonly UsageColumns[]): number {
  const usage = new Map(history.map((columns) => [columns, containerUsage(columns)]))
  const decided = Map.groupBy(decideAll(history, '1h', 'balanced'), (one) => usage.get(one.usage)!)
  const scorer = new Scorer([...usage.values()], { cadenceSeconds: DAY_SECONDS, stepSeconds: STEP_SECONDS })
  // Confidence is not judged here, and takes long.
  const unsaid = { cpuConfidence: Number.NaN, memoryConfidence: Number.NaN }
  return scorer.score((one) => (decided.get(one) ?? []).map(({ decision }) => ({ ...decision, ...unsaid })))
    .changesPerDay
}

/** Numbers from 0 to 1, the same for the same seed: a linear congruential generator (Numerical Recipes). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
