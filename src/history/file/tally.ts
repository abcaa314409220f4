import { HistoryError } from '../source.ts'

export interface BadRow {
  /** Number of the line in the file, or of the record of a JSON file, from 1. */
  readonly line: number
  readonly reason: string
}

/** Why a valid row is not used. */
export type LeftOut =
  /** It has no value. */
  | 'gaps'
  /** It repeats an earlier row. */
  | 'repeated'
  /** It is later than the clock of this machine. */
  | 'future'
  /** It is outside of the window that is read. */
  | 'outside'
  /** It belongs to no container: a sum, a sandbox, another metric. */
  | 'others'
  /** Its Pod's workload is unknown. */
  | 'unowned'
  /** It is from another cluster, or has another label, than a person has selected. */
  | 'elsewhere'
  /** Its container was scraped by another endpoint at the same time. */
  | 'scrapedTwice'

/** Summary of the rows of a file: each was used, left out or bad. */
export interface HistorySummary {
  /** What the numbers of rows count. */
  readonly rowsAre: 'line' | 'record'
  readonly rows: number
  readonly used: number
  readonly bad: number
  /** The first ten bad rows. */
  readonly firstBad: readonly BadRow[]
  readonly leftOut: Readonly<Record<LeftOut, number>>
  /** The first rows that are later than the clock. */
  readonly firstFuture: readonly BadRow[]
  /** Names of some Pods whose workload is unknown. */
  readonly somePods: readonly string[]
  /** Assumptions made to read the file, as sentences. */
  readonly assumed: readonly string[]
}

const KEPT = 10
const KEPT_NAMES = 3
/** Number of rows before the share of bad rows is meaningful: one bad row of two is not "50 % bad". */
const ROWS_BEFORE_JUDGING = 1_000

/** Counts the results of rows, and stops reading if the file is not understood. */
export class Tally implements HistorySummary {
  rowsAre: HistorySummary['rowsAre'] = 'line'
  rows = 0
  bad = 0
  readonly firstBad: BadRow[] = []
  readonly firstFuture: BadRow[] = []
  readonly leftOut: Record<LeftOut, number> = {
    gaps: 0,
    repeated: 0,
    future: 0,
    outside: 0,
    others: 0,
    unowned: 0,
    elsewhere: 0,
    scrapedTwice: 0,
  }
  readonly #path: string
  readonly #isStrict: boolean
  readonly #assumed = new Set<string>()
  readonly #pods = new Set<string>()

  constructor(path: string, isStrict = false) {
    this.#path = path
    this.#isStrict = isStrict
  }

  get used(): number {
    return this.rows - this.bad - Object.values(this.leftOut).reduce((sum, count) => sum + count, 0)
  }

  get assumed(): readonly string[] {
    return [...this.#assumed]
  }

  get somePods(): readonly string[] {
    return [...this.#pods]
  }

  assume(sentence: string): void {
    this.#assumed.add(sentence)
  }

  unowned(pod: string): void {
    if (this.#pods.size < KEPT_NAMES) this.#pods.add(pod)
  }

  /** @throws HistoryError if most rows are bad, or the reading is strict */
  add(line: number, reason: string): void {
    this.bad++
    if (this.firstBad.length < KEPT) this.firstBad.push({ line, reason })
    if (this.#isStrict)
      throw new HistoryError(`${this.#path}, ${this.rowsAre} ${line}: ${reason}. Without --strict it is left out`)
    if (this.rows >= ROWS_BEFORE_JUDGING) this.judge()
  }

  /** @throws HistoryError if the reading is strict */
  addFuture(line: number, reason: string): void {
    this.leftOut.future++
    if (this.firstFuture.length < KEPT) this.firstFuture.push({ line, reason })
    if (this.#isStrict)
      throw new HistoryError(`${this.#path}, ${this.rowsAre} ${line}: ${reason}. Without --strict it is left out`)
  }

  /**
   * Checks that the file is understood. Call it once more at the end, for files with few rows.
   *
   * @throws HistoryError if more rows are bad than not
   */
  judge(): void {
    if (this.bad <= this.rows / 2) return
    const first = this.firstBad.slice(0, 3).map(({ line, reason }) => `\n  ${this.rowsAre} ${line}: ${reason}`)
    throw new HistoryError(
      `${this.#path}: ${this.bad} of the first ${this.rows} rows cannot be read, so the file is not understood. ` +
        `Correct it, or set --columns, --delimiter, --decimal-mark or --time-zone. ` +
        `The first bad rows:${first.join('')}`,
    )
  }
}
