import { latencySeconds, type Slo, type SloFrom, secondsOf } from '../api/index.ts'

/** Share of the requests that may be bad, and the time window in which it is counted. */
export interface ShareTarget {
  /** 0..1. A p95 has a budget of 0.05. */
  readonly budget: number
  readonly windowSeconds: number
}

export interface LatencyTarget extends ShareTarget {
  /** Time above which a request is bad. */
  readonly belowSeconds: number
}

/** A parsed service level objective of a SizingPolicy. An object of Pyrra, Sloth or OpenSLO states its targets itself. */
export interface SloSpec {
  readonly name: string
  readonly latency?: LatencyTarget | undefined
  readonly errors?: ShareTarget | undefined
  readonly from: SloFrom
  /** What happens while its series are missing, stale or cannot be read. */
  readonly whenMissing: 'hold' | 'ignore'
}

const DEFAULT_WINDOW = '28d'

/** Parses the SLOs of a SizingPolicy. */
export function readSlos(slos: readonly Slo[]): readonly SloSpec[] {
  return slos.map(({ name, latency, errors, from, whenMissing = 'hold' }) => ({
    ...{ name, from, whenMissing },
    ...(latency && {
      latency: {
        budget: rounded(1 - latency.percentile / 100),
        windowSeconds: secondsOf(latency.window ?? DEFAULT_WINDOW),
        belowSeconds: latencySeconds(latency.below),
      },
    }),
    ...(errors && {
      errors: {
        budget: rounded(Number.parseFloat(errors.below) / 100),
        windowSeconds: secondsOf(errors.window ?? DEFAULT_WINDOW),
      },
    }),
  }))
}

/** Rounds away binary fractions: 1 - 0.95 is not exactly 0.05. */
function rounded(share: number): number {
  return Number(share.toFixed(9))
}
