import type { TimeWindow, UsageSample } from '../source.ts'

/** Reads one format, line by line. */
export interface RowReader {
  /** Whether a line is a row at all; comments and what belongs to something else are not. */
  isRow(line: string): boolean
  /** Takes one row in, and adds the sample that comes of it, if any. Returns why the row is bad, if it is. */
  take(row: string, samples: UsageSample[]): string | undefined
  /** Why the lines so far are no whole history, at the end of the file. `rows` were good or bad ones. */
  whyIncomplete(rows: number): string | undefined
}

export function isInside(window: TimeWindow | undefined, timestampSeconds: number): boolean {
  return !window || (timestampSeconds >= window.fromSeconds && timestampSeconds < window.toSeconds)
}

/**
 * How many series (a container of a Pod each) are followed at a time, the least recently seen forgotten first: Pods
 * come and go without end, so this must not grow with the file. What is lost with a forgotten one is the check of its
 * order, and one rate of a counter.
 */
export const SERIES_FOLLOWED = 100_000
