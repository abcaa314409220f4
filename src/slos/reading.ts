/** One objective of an SLO: at most a share of the requests, the error budget, may be bad. A p95 has a budget of 0.05. */
export interface Objective {
  /** Name in the SizingPolicy. Latency and errors of one SLO share it. */
  readonly name: string
  readonly kind: 'latency' | 'errors'
  /** Share of the requests that may be bad, 0..1. */
  readonly budget: number
  /** Time over which the budget counts, in seconds. */
  readonly windowSeconds: number
  /** How fast requests must be; undefined for errors, and where an object of another project states it. */
  readonly belowSeconds?: number | undefined
  /** For people: `95 % of requests below 250 ms`. */
  readonly text: string
  /** Whether values may be lowered while it is not found (`whenMissing: ignore`). */
  readonly ignoreMissing?: boolean | undefined
}

/** Numbers of requests in a window. Rates are extrapolated (`increase`), so they need not be whole. */
export interface Requests {
  readonly bad: number
  readonly total: number
}

/** Requests of the windows by which a fast burn is judged (SRE workbook, "Alerting on SLOs": multiwindow, multi-burn-rate). */
export interface BurnWindows {
  readonly long: Requests
  readonly short: Requests
}

/**
 * `Found`: its series were read, though there may have been no requests. `NoSeries`: the store has none. `Stale`: they have ended, or
 * have no number. `Unreachable`: the store did not answer. `Invalid`: the SLO or what it refers to cannot be used.
 */
export type SloState = 'Found' | 'NoSeries' | 'Stale' | 'Unreachable' | 'Invalid'

/** What is known of one objective of a workload at one time. */
export interface SloReading {
  readonly objective: Objective
  readonly state: SloState
  /** Why the state is not `Found`, or how the objective was rounded to what the series tell; for people. */
  readonly message?: string | undefined
  /** Unix time in seconds. */
  readonly readAtSeconds: number
  /** Requests of all Pods in the burn windows; undefined unless it was found. */
  readonly burn?: BurnWindows | undefined
  /** The same by name of the Pod; undefined where the series do not tell Pods apart. */
  readonly byPod?: ReadonlyMap<string, BurnWindows> | undefined
  /** Requests in the window of the objective; undefined if not known. */
  readonly overWindow?: Requests | undefined
  /** Requests of all Pods in the long window that ended when the newest revision was first received; undefined if not known. */
  readonly before?: { readonly revision: number; readonly requests: Requests } | undefined
}
