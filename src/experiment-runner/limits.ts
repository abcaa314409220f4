import { type ExperimentLoad, type ExperimentSpec, type ExperimentTrial, latencySeconds } from '../api/index.ts'
import type { Limit } from '../experiments/index.ts'
import type { FinishedLoad, Hopeless } from '../load/index.ts'

export type Percentile = Hopeless['percentile']

/** Limits of one load. */
export interface LoadLimits {
  readonly load: ExperimentLoad
  readonly percentile: Percentile
  readonly latency: Limit
  readonly errors: Limit
}

export interface Limits {
  readonly byLoad: readonly LoadLimits[]
  /** Latencies first, that of the load with the greatest weight before the others. */
  readonly all: readonly Limit[]
  /** Whether each is known: limits that are not stated follow from the baseline, once it has run. */
  readonly areKnown: boolean
}

/** How much slower than the baseline requests may be where no limit is stated. */
const SLOWER = 1.2
const DEFAULT_ERRORS = 0.01
/** The baseline may be measured as 0. */
const LEAST_MILLISECONDS = 0.001
/** How many times its limit a measure is where a trial is aborted. */
const FAR = 3
/** Stands for a limit that is not known yet. */
const UNKNOWN_MILLISECONDS = 1e9

/** What must hold under each load. */
export function resolveLimits(spec: ExperimentSpec, trials: readonly ExperimentTrial[]): Limits {
  const byLoad = spec.loads
    .map((load) => limitsOfLoad(spec, load, trials))
    .toSorted((a, b) => (b.load.weight ?? 1) - (a.load.weight ?? 1))
  return {
    byLoad,
    all: [...byLoad.map(({ latency }) => latency), ...byLoad.map(({ errors }) => errors)],
    areKnown: byLoad.every(({ latency }) => latency.atMost < UNKNOWN_MILLISECONDS),
  }
}

function limitsOfLoad(spec: ExperimentSpec, load: ExperimentLoad, trials: readonly ExperimentTrial[]): LoadLimits {
  const stated = load.limits?.latency ?? spec.limits?.latency
  const errors = load.limits?.errors ?? spec.limits?.errors
  const percentile = (stated?.percentile ?? 95) as Percentile
  const measure = `${load.name} p${percentile}`
  const milliseconds = stated
    ? Math.round(latencySeconds(stated.below) * 1e6) / 1e3
    : SLOWER * baselineOf(trials, measure)
  const atMost = Math.max(LEAST_MILLISECONDS, milliseconds)
  return {
    ...{ load, percentile },
    latency: { measure, kind: 'latency', atMost },
    errors: {
      measure: `${load.name} errors`,
      kind: 'errors',
      atMost: errors ? Number.parseFloat(errors.below) / 100 : DEFAULT_ERRORS,
    },
  }
}

function baselineOf(trials: readonly ExperimentTrial[], measure: string): number {
  const measured = trials
    .filter(({ why, outcome }) => why === 'baseline' && outcome === 'completed')
    .flatMap((trial) => trial.measured?.[measure] ?? [])
  if (measured.length === 0) return UNKNOWN_MILLISECONDS
  return measured.reduce((sum, value) => sum + value, 0) / measured.length
}

/** Latency of a load in milliseconds at a percentile; undefined where the load does not report it. */
export function latencyAt(
  { latencyMilliseconds }: Pick<FinishedLoad, 'latencyMilliseconds'>,
  percentile: Percentile,
): number | undefined {
  return latencyMilliseconds[`p${percentile}`]
}

/** Share of the requests that failed; all of them where there was none. */
export function errorShare({ requests, failed }: Pick<FinishedLoad, 'requests' | 'failed'>): number {
  return requests > 0 ? Math.min(1, failed / requests) : 1
}

/** Whether a result is above a limit. */
export function exceeds(result: FinishedLoad, { latency, errors, percentile }: LoadLimits): boolean {
  const milliseconds = latencyAt(result, percentile)
  return (milliseconds !== undefined && milliseconds > latency.atMost) || errorShare(result) > errors.atMost
}

/** From when on a load is so far beyond its limits that it need not run to its end. */
export function hopelessOf({ latency, errors, percentile }: LoadLimits): Hopeless {
  return { percentile, milliseconds: FAR * latency.atMost, errorShare: Math.min(1, Math.max(FAR * errors.atMost, 0.1)) }
}

/** Whether a result is so far beyond a limit that the other loads need not run. */
export function isFarBeyond(result: FinishedLoad, limits: LoadLimits): boolean {
  const { percentile, milliseconds, errorShare: most } = hopelessOf(limits)
  const latency = latencyAt(result, percentile)
  return (latency !== undefined && latency > milliseconds) || errorShare(result) > most
}
