import type { Experiment, Limit, Trial } from './experiment.ts'

/** Higher values are censored, because a trial far beyond its limit is ended early. */
const CENSORED_ABOVE = Math.log(3)
/** Added to the ratio of an error share to its limit: in most trials the share is 0, which has no logarithm. */
const NO_ERRORS = 0.1
/** A latency may be measured as 0, which has no logarithm. */
const LEAST_RATIO = 1e-6

/**
 * What a trial measured, as the logarithm of its ratio to the limit: above 0, the limit is exceeded. It is censored at 3 times the
 * limit; a trial that was aborted or failed counts as 3 times the limit.
 *
 * @returns undefined where the trial says nothing about the limit: it was OOM-killed or never scheduled
 */
export function excessOf(limit: Limit, { outcome, measured }: Trial): number | undefined {
  if (outcome === 'aborted' || outcome === 'failed') return CENSORED_ABOVE
  const value = measured[limit.measure]
  if (outcome !== 'completed' || value === undefined) return undefined
  const ratio = Math.max(LEAST_RATIO, value / limit.atMost)
  return Math.min(CENSORED_ABOVE, Math.log(limit.kind === 'errors' ? (ratio + NO_ERRORS) / (1 + NO_ERRORS) : ratio))
}

/** Whether a trial ran to its end and measured every limit. */
export function isMeasured({ limits }: Experiment, { outcome, measured }: Trial): boolean {
  return outcome === 'completed' && limits.every(({ measure }) => measured[measure] !== undefined)
}

/** Whether a trial completed within every limit, as measured. */
export function meetsLimits(experiment: Experiment, trial: Trial): boolean {
  return (
    isMeasured(experiment, trial) &&
    experiment.limits.every(({ measure, atMost }) => trial.measured[measure]! <= atMost)
  )
}
