import { HistoryError } from '../source.ts'

export interface BadRow {
  /** Number of the line in the file, from 1. */
  readonly line: number
  readonly reason: string
}

/** Rows that one reading of a file left out. */
export interface BadRowsSummary {
  readonly rows: number
  readonly bad: number
  /** The first ten bad rows. */
  readonly firstBad: readonly BadRow[]
}

const KEPT = 10
const TOLERATED = 0.01
/** Number of rows before which the share means little: a bad second row is not "50 % bad". */
const ROWS_BEFORE_JUDGING = 1_000

/** Counts bad rows, and ends the reading if more than 1 % are bad: then the rest cannot be trusted. */
export class BadRows implements BadRowsSummary {
  rows = 0
  bad = 0
  readonly firstBad: BadRow[] = []
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  add(line: number, reason: string): void {
    this.bad++
    if (this.firstBad.length < KEPT) this.firstBad.push({ line, reason })
    if (this.rows >= ROWS_BEFORE_JUDGING) this.judge()
  }

  /**
   * Checks the share of bad rows. Call it once more at the end, for files with few rows.
   *
   * @throws HistoryError if more than 1 % of the rows are bad
   */
  judge(): void {
    if (this.bad <= this.rows * TOLERATED) return
    const first = this.firstBad.slice(0, 3).map(({ line, reason }) => `\n  line ${line}: ${reason}`)
    throw new HistoryError(
      `${this.#path}: ${this.bad} of the first ${this.rows} rows are bad, more than 1 %, so the rest cannot be trusted ` +
        `either. Correct the file and read it again. The first bad ones:${first.join('')}`,
    )
  }
}
