import type { TimeWindow, UsageSample } from '../source.ts'

/** Reads one file format line by line. */
export interface RowReader {
  /** Whether a line is a row of usage, and not a comment or something else. */
  isRow(line: string): boolean
  /** Reads one row, and adds its sample if it has one. Returns why the row is bad, or undefined if it is not. */
  take(row: string, samples: UsageSample[]): string | undefined
  /** Why the file is no complete history, or undefined if it is one. Called at the end. `rows` is the number of rows, good or bad. */
  whyIncomplete(rows: number): string | undefined
}

export function isInside(window: TimeWindow | undefined, timestampSeconds: number): boolean {
  return !window || (timestampSeconds >= window.fromSeconds && timestampSeconds < window.toSeconds)
}

/**
 * Number of series (each a container of a Pod) that are followed at a time; the least recently seen is forgotten first. Pods
 * come and go without end, so this must not grow with the file. With a forgotten series, the check of its order and one rate of
 * a counter are lost.
 */
export const SERIES_FOLLOWED = 100_000
