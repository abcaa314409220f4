import type { Demand } from './demand.ts'
import type { Experiment, Trial } from './experiment.ts'
import { normalCdf } from './normal.ts'
import { sizedContainers } from './shapes.ts'

/** Uncertainty of a container's expected need: standard deviation of the logarithm. */
const UNSURE = 0.1
/** The same if no trial has measured it: a factor of 2 in both directions. */
const UNSURE_IF_ASSUMED = 0.7

/** What is known about the memory that a container needs. */
export interface MemoryNeed {
  /** `workload/container` */
  readonly container: string
  readonly expectedBytes: number
  /** Standard deviation of its logarithm. */
  readonly deviation: number
  /** The highest memory with which it was OOM-killed. The need is above it. */
  readonly moreThanBytes: number
  /** The lowest memory with which it ran. The need is not above it. */
  readonly enoughBytes: number
}

export function memoryNeeds(
  experiment: Experiment,
  trials: readonly Trial[],
  demands: readonly Demand[],
): MemoryNeed[] {
  return demands.map(({ container, memoryBytes: expectedBytes, isAssumed }) => {
    const killed: number[] = []
    const ran: number[] = []
    for (const trial of trials) {
      const { memoryBytes } = sizedContainers(experiment, trial.configuration).find(({ key }) => key === container)!
      if (trial.oomKilled.includes(container)) killed.push(memoryBytes)
      else if (trial.outcome === 'completed') ran.push(memoryBytes)
    }
    const moreThanBytes = Math.max(0, ...killed)
    // A run with less memory than one that was killed was lucky.
    const enoughBytes = Math.min(Number.POSITIVE_INFINITY, ...ran.filter((bytes) => bytes > moreThanBytes))
    const deviation = isAssumed ? UNSURE_IF_ASSUMED : UNSURE
    return { container, expectedBytes, deviation, moreThanBytes, enoughBytes }
  })
}

/** Probability that a container with so much memory is not OOM-killed: the need is censored on both sides. */
export function probabilityOfEnough(
  { expectedBytes, deviation, moreThanBytes, enoughBytes }: MemoryNeed,
  bytes: number,
): number {
  if (bytes <= moreThanBytes) return 0
  if (bytes >= enoughBytes) return 1
  const below = (limit: number) => normalCdf(Math.log(limit / expectedBytes) / deviation)
  const least = below(moreThanBytes)
  const known = below(enoughBytes) - least
  // If the bounds exclude the expected need, the need is anywhere between them.
  if (known < 1e-6) return Number.isFinite(enoughBytes) ? (bytes - moreThanBytes) / (enoughBytes - moreThanBytes) : 0.5
  return (below(bytes) - least) / known
}
