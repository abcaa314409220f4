import type { Goal, Recommendation } from '../../api/index.ts'
import {
  HistoryError,
  type HistorySource,
  inTimeOrder,
  type ReadOptions,
  type UsageSample,
} from '../../history/index.ts'
import { createLearner, GOAL_PRICES, type Learner, type MinimumHistory } from '../../learner/index.ts'
import { toRecommendation } from '../../recommendations/index.ts'
import type { WorkloadContainer } from '../../workloads/index.ts'

export interface Learned {
  readonly learner: Learner
  /** Time of the last sample in seconds since 1970: the "now" for recommendations. */
  readonly lastSeconds: number
}

/**
 * Learns a whole history. It is learned while it is read, as long as the samples of each container are in order of
 * time. If they are not, all samples are read again and sorted in memory, 24 bytes a sample.
 *
 * @throws HistoryError if it cannot be read, or has no usage
 */
export async function learnFrom(
  source: HistorySource,
  options: ReadOptions,
  minimumHistory?: MinimumHistory,
): Promise<Learned> {
  const learn = (batches: AsyncIterable<readonly UsageSample[]>) =>
    learnInOrder(batches, createLearner(minimumHistory && { minimumHistory }))
  const learned = (await learn(source.read(options))) ?? (await learn(inTimeOrder(source.read(options))))!
  if (learned.learner.counts.samples === 0) {
    throw new HistoryError(`${source.name}: no usage in it. Expected CPU or memory of at least one container`)
  }
  return learned
}

/** @returns undefined as soon as a sample is older than the previous one of its container */
async function learnInOrder(
  batches: AsyncIterable<readonly UsageSample[]>,
  learner: Learner,
): Promise<Learned | undefined> {
  const latest = new Map<WorkloadContainer, number>()
  let lastSeconds = Number.NEGATIVE_INFINITY
  for await (const samples of batches) {
    for (const { container, timestampSeconds } of samples) {
      if (timestampSeconds < (latest.get(container) ?? 0)) return undefined
      latest.set(container, timestampSeconds)
      if (timestampSeconds > lastSeconds) lastSeconds = timestampSeconds
    }
    learner.observe(samples)
  }
  return { learner, lastSeconds }
}

/**
 * The recommendations for every workload with enough history.
 *
 * @param nowSeconds time of the recommendations, in seconds since 1970
 * @param time when they were learned (ISO 8601)
 */
export function recommendAll(learner: Learner, goal: Goal, nowSeconds: number, time: string): Recommendation[] {
  return [...learner.workloads()].flatMap((workload) => {
    const { source, containers } = learner.recommend(workload, nowSeconds, {
      prices: GOAL_PRICES[goal],
      cadence: '24h',
    })
    return containers.length === 0 ? [] : [toRecommendation(workload, containers, { source, goal, revision: 1, time })]
  })
}
