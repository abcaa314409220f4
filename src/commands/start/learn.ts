import { HistoryError, type HistorySource, inTimeOrder, type ReadOptions } from '../../history/index.ts'
import type { Learner } from '../../learner/index.ts'
import { type Goal, type Recommendation, toRecommendation } from '../../recommendations/index.ts'

/**
 * Takes a whole history in.
 *
 * @returns time of its last sample, Unix seconds: the "now" of what is recommended from it
 * @throws HistoryError when it cannot be read, or holds nothing
 */
export async function learnFrom(source: HistorySource, learner: Learner, options: ReadOptions): Promise<number> {
  let lastSeconds = Number.NEGATIVE_INFINITY
  for await (const samples of inTimeOrder(source.read(options))) {
    learner.observe(samples)
    for (const { timestampSeconds } of samples) if (timestampSeconds > lastSeconds) lastSeconds = timestampSeconds
  }
  if (learner.counts.samples === 0) {
    throw new HistoryError(`${source.name}: no usage in it. Expected CPU or memory of at least one container`)
  }
  return lastSeconds
}

/**
 * What was learned of every workload with enough history.
 *
 * @param nowSeconds Unix time for which to recommend @param time ISO 8601, when it was learned
 */
export function recommendAll(learner: Learner, goal: Goal, nowSeconds: number, time: string): Recommendation[] {
  return [...learner.workloads()].flatMap((workload) => {
    const containers = learner.recommend(workload, goal, nowSeconds)
    return containers.length === 0 ? [] : [toRecommendation(workload, containers, { goal, revision: 1, time })]
  })
}
