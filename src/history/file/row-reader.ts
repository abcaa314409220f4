import type { RunRule, WorkloadContainer } from '../../workloads/index.ts'
import type { TimeWindow, UsageSample } from '../source.ts'
import type { OneCluster } from './one-cluster.ts'
import type { Selection } from './selection.ts'
import type { LeftOut } from './tally.ts'

/**
 * Result of a row. Undefined if it is used; otherwise the reason why it is left out (with a sentence if each such row is reported), or
 * a sentence why it is bad. `header` is a line with new column names. `again` requests another reading of the file with a reader that
 * remembers all rows, because this one cannot tell whether the row is a duplicate.
 */
export type Fate =
  | undefined
  | { readonly left: LeftOut; readonly reason?: string }
  | { readonly bad: string }
  | 'header'
  | 'again'

/** Reads one file format line by line. */
export interface RowReader {
  /** Whether a line is a row of usage, and not a comment or something else. Called with each line before `take`. */
  isRow(line: string): boolean
  /** Reads one row, and adds its samples if it has any. */
  take(row: string, samples: UsageSample[]): Fate
  /**
   * Why the file is not a complete history, or cannot be trusted; undefined if it is complete. Called at the end. `rows` is the number
   * of rows, good or bad.
   */
  whyIncomplete(rows: number): string | undefined
}

/** Input for the readers of all formats. */
export interface ReaderContext {
  readonly path: string
  readonly window: TimeWindow | undefined
  /** Latest possible time of a sample: now, plus an allowance for clock skew (Unix seconds). */
  readonly endSeconds: number
  /** Interns a container: the same object for the same container. */
  readonly intern: (workload: WorkloadContainer['workload'], container: string) => WorkloadContainer
  /** Whether all rows are remembered, to find duplicates in a file that is not in order. */
  readonly remembersAll: boolean
  /** Rules that recognize workloads whose owners live for one run; by default those that need no settings. */
  readonly rules: readonly RunRule[] | undefined
  /** Series or rows that a person has selected. */
  readonly selection: Selection
  readonly clusters: OneCluster
  readonly assume: (sentence: string) => void
  readonly unowned: (pod: string) => void
}

/** The result of a row that is later than this machine's clock. */
export function future(timestampSeconds: number): Fate {
  const time = new Date(timestampSeconds * 1000).toISOString()
  return { left: 'future', reason: `its time, ${time}, is in the future` }
}

export const LEFT = {
  gap: { left: 'gaps' },
  repeated: { left: 'repeated' },
  outside: { left: 'outside' },
  others: { left: 'others' },
  unowned: { left: 'unowned' },
  elsewhere: { left: 'elsewhere' },
  scrapedTwice: { left: 'scrapedTwice' },
} as const satisfies Readonly<Record<string, Fate>>

export function isInside(window: TimeWindow | undefined, timestampSeconds: number): boolean {
  return !window || (timestampSeconds >= window.fromSeconds && timestampSeconds < window.toSeconds)
}

/**
 * Number of series (each a container of a Pod) that are tracked at the same time; the least recently seen is forgotten first. New Pods
 * keep appearing, so this must not grow with the file. For a forgotten series, the check of its order and one rate of a counter are
 * lost.
 */
export const SERIES_FOLLOWED = 100_000
