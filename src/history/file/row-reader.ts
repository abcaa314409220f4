import type { RunRule, WorkloadContainer } from '../../workloads/index.ts'
import type { TimeWindow, UsageSample } from '../source.ts'
import type { OneCluster } from './one-cluster.ts'
import type { Selection } from './selection.ts'
import type { LeftOut } from './tally.ts'

/**
 * What became of a row: nothing is said of one that is used; otherwise why it is left out (with a sentence if each should be
 * named), or in a sentence why it is bad. `header` is a line that names the columns again. `again` asks to read the file once more
 * with a reader that remembers all rows: this one cannot tell whether the row was there before.
 */
export type Fate =
  | undefined
  | { readonly left: LeftOut; readonly reason?: string }
  | { readonly bad: string }
  | 'header'
  | 'again'

/** Reads one file format line by line. */
export interface RowReader {
  /** Whether a line is a row of usage, and not a comment or something else. Called with each line before it is taken. */
  isRow(line: string): boolean
  /** Reads one row, and adds its samples if it has any. */
  take(row: string, samples: UsageSample[]): Fate
  /**
   * Why the file is no complete history, or cannot be trusted; undefined if it is one. Called at the end. `rows` is the number of
   * rows, good or bad.
   */
  whyIncomplete(rows: number): string | undefined
}

/** What readers of all formats need. */
export interface ReaderContext {
  readonly path: string
  readonly window: TimeWindow | undefined
  /** Time that no sample can be after: now, and some allowance for clocks that differ (Unix seconds). */
  readonly endSeconds: number
  /** Names a container; the same object for the same container. */
  readonly intern: (workload: WorkloadContainer['workload'], container: string) => WorkloadContainer
  /** Whether all rows are remembered, to find those that come twice in a file that is not in order. */
  readonly remembersAll: boolean
  /** How to recognize what repeats from run to run; by default without settings. */
  readonly rules: readonly RunRule[] | undefined
  /** Which series or rows a person wants. */
  readonly selection: Selection
  readonly clusters: OneCluster
  readonly assume: (sentence: string) => void
  readonly unowned: (pod: string) => void
}

/** The fate of a row that is later than this machine's clock. */
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
 * Number of series (each a container of a Pod) that are followed at a time; the least recently seen is forgotten first. Pods
 * come and go without end, so this must not grow with the file. With a forgotten series, the check of its order and one rate of
 * a counter are lost.
 */
export const SERIES_FOLLOWED = 100_000
