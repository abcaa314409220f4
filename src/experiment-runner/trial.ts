import type { CurrentTrial, ExperimentStatus, ExperimentTrial } from '../api/index.ts'
import { type Experiment, hourlyCost } from '../experiments/index.ts'
import type { FinishedLoad } from '../load/index.ts'
import { errorShare, type Limits, latencyAt } from './limits.ts'
import type { LoadSignals, SampledUsage } from './observed.ts'

type LoadOutcome = NonNullable<CurrentTrial['loads']>[number]

/** How a trial ended, besides what its loads measured. */
export interface TrialEnd {
  readonly outcome: ExperimentTrial['outcome']
  /** For people, where it did not complete. */
  readonly reason?: string | undefined
  readonly oomKilled?: readonly string[]
  readonly restarts?: number
}

/** The stored result of a load. */
export function outcomeOfLoad(
  load: string,
  { requests, failed, sentPerSecond, latencyMilliseconds }: FinishedLoad,
  signals: LoadSignals = {},
): LoadOutcome {
  return { load, requests, failed, requestsPerSecond: sentPerSecond, latencyMilliseconds, ...signals }
}

/** The status after a trial has ended: the trial is stored, and none is current, in one write. */
export function withTrial(
  status: ExperimentStatus,
  current: CurrentTrial,
  end: TrialEnd,
  {
    experiment,
    limits,
    usage,
    now,
  }: { experiment: Experiment; limits: Limits; usage: readonly SampledUsage[]; now: string },
): ExperimentStatus {
  const loads = current.loads ?? []
  const measured = measuredOf(loads, limits)
  const isMissing = end.outcome === 'completed' && limits.all.some(({ measure }) => measured[measure] === undefined)
  // Refused connections have no latency: the load says enough about the configuration without it.
  const failing = limits.byLoad.find(({ errors: { measure, atMost } }) => (measured[measure] ?? 0) > atMost)
  const trial: ExperimentTrial = {
    ...{ number: current.number, why: current.why, configuration: current.configuration },
    ...(isMissing
      ? failing
        ? { outcome: 'failed', reason: `requests of ${failing.load.name} failed, and a load has no latency` }
        : { outcome: 'void', reason: 'a load did not report the percentile of its limit' }
      : { outcome: end.outcome, ...(end.reason !== undefined && { reason: end.reason.slice(0, 1000) }) }),
    ...{ startedAt: current.startedAt, endedAt: now, costPerHour: hourlyCost(experiment, current.configuration) },
    ...figuresOf(loads, limits),
    ...{ measured, loads },
    usage: usage.map(({ samples: _, ...one }) => one),
    ...(end.oomKilled && { oomKilled: [...end.oomKilled] }),
    ...(end.restarts !== undefined && { restarts: end.restarts }),
  }
  const { current: _, ...rest } = status
  return { ...rest, trials: [...(status.trials ?? []), trial] }
}

/** Measures of the limits, by their names. */
function measuredOf(loads: readonly LoadOutcome[], { byLoad }: Limits): Record<string, number> {
  const measured: Record<string, number> = {}
  for (const { load, percentile, latency, errors } of byLoad) {
    const outcome = loads.find((one) => one.load === load.name)
    if (!outcome) continue
    const milliseconds = latencyAt(outcome, percentile)
    if (milliseconds !== undefined) measured[latency.measure] = milliseconds
    measured[errors.measure] = errorShare(outcome)
  }
  return measured
}

function figuresOf(loads: readonly LoadOutcome[], { byLoad }: Limits) {
  let [sum, weights] = [0, 0]
  for (const { load, percentile } of byLoad) {
    const outcome = loads.find((one) => one.load === load.name)
    const milliseconds = outcome && latencyAt(outcome, percentile)
    if (milliseconds === undefined) continue
    const weight = load.weight ?? 1
    sum += weight * milliseconds
    weights += weight
  }
  return {
    ...(weights > 0 && { latencyMilliseconds: sum / weights }),
    ...(loads.length > 0 && { errorShare: Math.max(...loads.map(errorShare)) }),
  }
}
