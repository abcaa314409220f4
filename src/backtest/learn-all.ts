import type { ContainerRecommendation, Goal } from '../api/index.ts'
import type { OomKill, UsageColumns } from '../history/index.ts'
import { type Cadence, createLearner, GOAL_PRICES } from '../learner/index.ts'
import type { Decision } from '../scoring/index.ts'
import { decisionOf, MINIMUM_HISTORY } from './decide.ts'
import { replay, takeBefore } from './replay.ts'

/** What the learner makes of a container's history. */
export interface Learned {
  /** Decisions throughout the history, in order of time. */
  readonly decisions: readonly Decision[]
  /** Recommendation now that the whole history is known; undefined if the container was last seen more than a fortnight before its end. */
  readonly newest: ContainerRecommendation | undefined
}

export interface LearnAllOptions {
  readonly cadence: Cadence
  readonly goal: Goal
  /** OOM kills, passed to the learner after all usage. */
  readonly oomKills?: readonly OomKill[]
  /** Called during the replay with the share done (0..1). */
  readonly onProgress?: (share: number) => void
}

const ROWS_A_STEP = 256

/**
 * Replays a history as `decideAll` does, and then learns the rest of it.
 *
 * @param history each container's usage, at least one sample, in order of time
 */
export function learnAll(
  history: readonly UsageColumns[],
  { cadence, goal, oomKills = [], onProgress = () => {} }: LearnAllOptions,
): Map<UsageColumns, Learned> {
  const learner = createLearner({ minimumHistory: MINIMUM_HISTORY })
  const terms = { prices: GOAL_PRICES[goal], cadence }
  const decisions = new Map(history.map((usage): [UsageColumns, Decision[]] => [usage, []]))
  const { firstSeconds, endSeconds } = spanOf(history)
  const published = replay(history, learner, terms)
  let step = published.next()
  for (let rows = 0; !step.done; step = published.next(), rows++) {
    const { usage, atSeconds, recommendation } = step.value
    const decision = decisionOf(recommendation, atSeconds)
    if (decision) decisions.get(usage)!.push(decision)
    if (rows % ROWS_A_STEP === 0) onProgress((atSeconds - firstSeconds) / (endSeconds - firstSeconds))
  }
  for (const left of step.value) learner.observe(takeBefore(left, Number.POSITIVE_INFINITY))
  for (const kill of oomKills) learner.observeOomKill(kill)
  return new Map(
    history.map((usage) => {
      const { workload, container } = usage.container
      const newest = learner.recommend(workload, endSeconds, terms).containers.find(({ name }) => name === container)
      return [usage, { decisions: decisions.get(usage)!, newest }]
    }),
  )
}

function spanOf(history: readonly UsageColumns[]) {
  let [firstSeconds, endSeconds] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const usage of history) {
    firstSeconds = Math.min(firstSeconds, usage.secondsAt(0))
    endSeconds = Math.max(endSeconds, usage.secondsAt(usage.length - 1))
  }
  return { firstSeconds, endSeconds }
}
