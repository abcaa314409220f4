import type { ContainerRecommendation, Goal } from '../api/index.ts'
import type { UsageColumns } from '../history/index.ts'
import { type Cadence, CHANGE_RULES, type ChangeRules, createLearner, GOAL_PRICES } from '../learner/index.ts'
import { numberOf } from '../resources/index.ts'
import type { Decision } from '../scoring/index.ts'
import { replay } from './replay.ts'

/** History that a backtest requires: it shows how the decisions would have begun, whereas a cluster waits for a day of history. */
export const MINIMUM_HISTORY = { seconds: 0, samples: 1 }

/** A decision for a container. */
export interface Decided {
  readonly usage: UsageColumns
  readonly decision: Decision
}

/**
 * What the learner would have published throughout a history, in order of time: after its minimum change but before the
 * steps, because a history does not say what the authors wrote.
 *
 * @param history each container's usage, at least one sample, in order of time
 */
export function* decideAll(
  history: readonly UsageColumns[],
  cadence: Cadence,
  goal: Goal,
  changes: ChangeRules = CHANGE_RULES,
): Generator<Decided> {
  const learner = createLearner({ minimumHistory: MINIMUM_HISTORY, changes })
  const terms = { prices: GOAL_PRICES[goal], cadence }
  for (const { usage, atSeconds, recommendation } of replay(history, learner, terms)) {
    const decision = decisionOf(recommendation, atSeconds)
    if (decision) yield { usage, decision }
  }
}

/**
 * The recommendation as a decision from `fromSeconds` (Unix time) on; undefined if the request of CPU or of memory is unknown.
 * A missing limit is infinite, a missing confidence NaN.
 */
export function decisionOf({ cpu, memory }: ContainerRecommendation, fromSeconds: number): Decision | undefined {
  const cpuRequestCores = numberOf(cpu?.request)
  const memoryRequestBytes = numberOf(memory?.request)
  if (cpuRequestCores === undefined || memoryRequestBytes === undefined) return undefined
  return {
    fromSeconds,
    cpuRequestCores,
    memoryRequestBytes,
    memoryLimitBytes: numberOf(memory?.limit) ?? Number.POSITIVE_INFINITY,
    cpuConfidence: cpu?.confidence ?? Number.NaN,
    memoryConfidence: memory?.confidence ?? Number.NaN,
  }
}
