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
  /** Time of the last sample, Unix seconds: the "now" of what is recommended from it. */
  readonly lastSeconds: number
}

/**
 * Learns a whole history. It is learned as it is read as long as the samples of each container come in order of time;
 * where they do not, all are read again and put in order in memory, 24 bytes a sample.
 *
 * @throws HistoryError when it cannot be read, or holds nothing
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

/** @returns undefined as soon as a sample is older than the one before it of its container */
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
 * What was learned of every workload with enough history.
 *
 * @param nowSeconds Unix time for which to recommend @param time ISO 8601, when it was learned
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
