import type { ContainerRecommendation } from '../api/index.ts'
import type { UsageColumns } from '../history/index.ts'
import type { DecisionTerms, Learner } from '../learner/index.ts'
import { containerKey } from '../workloads/index.ts'
import { turnAfter } from './cadence.ts'
import { Queue } from './queue.ts'

/** A recommendation for a container, in force from `atSeconds` (Unix time) on. */
export interface Published {
  readonly usage: UsageColumns
  readonly atSeconds: number
  readonly recommendation: ContainerRecommendation
}

/** How far a container's history has been replayed. */
export interface Replayed {
  readonly name: string
  readonly usage: UsageColumns
  readonly firstSeconds: number
  atSeconds: number
  /** Number of samples that the learner has seen. */
  known: number
}

/**
 * Replays a history: goes through the moments of decision of all containers in the order of time, gives the learner
 * what was seen before each, and asks it to decide. Containers are decided on one hour, six hours and then every cadence after
 * their first sample, until the whole history ends: whether one has ended or is only silent cannot be known at the time.
 *
 * @param history each container's usage in order of time
 * @param learner a learner that knows nothing yet
 * @returns each container, with samples that came after its last decision and that the learner has not seen
 */
export function* replay(
  history: readonly UsageColumns[],
  learner: Learner,
  terms: DecisionTerms,
): Generator<Published, readonly Replayed[]> {
  const { cadence } = terms
  const queue = new Queue<Replayed>()
  let endSeconds = 0
  for (const usage of history) {
    const firstSeconds = usage.secondsAt(0)
    const name = containerKey(usage.container)
    queue.push({ name, usage, firstSeconds, atSeconds: turnAfter(firstSeconds, firstSeconds, cadence), known: 0 })
    endSeconds = Math.max(endSeconds, usage.secondsAt(usage.length - 1))
  }
  let next = queue.pop()
  for (; next && next.atSeconds <= endSeconds; next = queue.pop()) {
    const { usage, atSeconds } = next
    learner.observe(takeBefore(next, atSeconds))
    const { workload, container } = usage.container
    const { containers } = learner.decide(workload, atSeconds, terms)
    const recommendation = containers.find(({ name }) => name === container)
    if (recommendation && atSeconds <= usage.secondsAt(usage.length - 1)) yield { usage, atSeconds, recommendation }
    queue.push({ ...next, atSeconds: turnAfter(atSeconds, next.firstSeconds, cadence) })
  }
  const left: Replayed[] = []
  for (; next; next = queue.pop()) left.push(next)
  return left
}

/** Takes the samples before a moment that the learner has not seen yet. */
export function takeBefore(replayed: Replayed, atSeconds: number) {
  const { usage } = replayed
  const samples = []
  while (replayed.known < usage.length && usage.secondsAt(replayed.known) < atSeconds)
    samples.push(usage.sampleAt(replayed.known++))
  return samples
}
