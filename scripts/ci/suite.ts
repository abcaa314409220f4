/** What CI runs as a process, and what is known of it before it runs. */
export interface Suite {
  readonly name: string
  /** The word that selects it on the command line, such as `cluster`. */
  readonly group: string
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** How long it usually takes beside other suites on two cores, in minutes, with warm caches. */
  readonly minutes: number
  /** Processor cores that it keeps busy on average. */
  readonly cores: number
  /** Names of suites that must pass before it starts. */
  readonly needs?: readonly string[]
  /** Runs at the lowest priority, on what other suites leave of the processors. For computations that wait for nothing. */
  readonly isBackground?: boolean
  /** Runs after all others, with nothing beside it. For what measures latency. */
  readonly isAlone?: boolean
}

/** Where a suite is in its life. */
export type State =
  | { readonly status: 'waiting' }
  | { readonly status: 'running'; readonly sinceSeconds: number }
  | Ended
  | NotRun

/** A suite that ran to its end, or was stopped. */
export interface Ended {
  readonly status: 'passed' | 'failed'
  readonly seconds: number
  /** Processor time of its processes without that of Pods; undefined where the system does not tell. */
  readonly cpuSeconds: number | undefined
  /** Tests. A command that is no test runner counts as one. */
  readonly counts: Counts
  readonly failedTests: readonly string[]
  /** With the reason of each. */
  readonly skippedTests: readonly string[]
  /** Why it was stopped, where it was. */
  readonly why?: string
}

/** A suite that was never started. */
export interface NotRun {
  readonly status: 'not run'
  readonly why: string
}

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}
