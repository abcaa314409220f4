import { Containers } from '../containers.ts'
import { CLOCKS_DIFFER_SECONDS } from '../future.ts'
import { HistoryError, type HistorySource, type ReadOptions, type UsageSample } from '../source.ts'
import { csvReader } from './csv.ts'
import { renamedIn, type TableOptions, tableIn } from './layout.ts'
import { MAX_LINE_LENGTH, readLines } from './lines.ts'
import { isOpenMetrics, openMetricsReader } from './open-metrics.ts'
import { readOwners } from './owners-in-file.ts'
import type { Fate, ReaderContext, RowReader } from './row-reader.ts'
import { seriesColumnsReader } from './series-columns.ts'
import { type HistorySummary, Tally } from './tally.ts'
import { firstLines, readUtf8 } from './utf8.ts'

export interface FileHistoryOptions extends TableOptions {
  /** Called once at the end of a reading, even a failed one, with what became of the rows. */
  readonly onSummary?: (summary: HistorySummary) => void
  /** Whether a row that makes no sense, or is in the future, ends the reading. */
  readonly strict?: boolean
  /** Current time, Unix seconds: no sample can be later. */
  readonly nowSeconds?: () => number
}

/** Rows that are remembered at most, to find those that come twice in a file that is not in order. */
const MOST_REMEMBERED = 20_000_000
const FORMATS = 'CSV with a header line, or OpenMetrics text, plain or gzip'

/**
 * Usage history from a file: a table (CSV and its relatives, with the columns that its header names) or text in the format of
 * Prometheus and OpenMetrics, plain or gzip. The content tells which, and how it is written. It is read as a stream; rows that
 * cannot be used are counted and left out.
 *
 * Reading throws HistoryError if the file cannot be read, has neither format, can be read in two ways, or more of its rows make
 * no sense than do.
 */
export function fileHistory(path: string, options: FileHistoryOptions = {}): HistorySource {
  return {
    name: `file ${path}`,
    read: (readOptions = {}) => read(path, options, readOptions),
  }
}

type MakeReader = (context: ReaderContext) => { readonly reader: RowReader; readonly headerLine: number }

async function* read(
  path: string,
  options: FileHistoryOptions,
  { window, signal, onProgress }: ReadOptions,
): AsyncGenerator<readonly UsageSample[]> {
  const { onSummary, strict = false, nowSeconds = () => Date.now() / 1000 } = options
  const tally = new Tally(path, strict)
  const containers = new Containers()
  const context = {
    path,
    window,
    endSeconds: nowSeconds() + CLOCKS_DIFFER_SECONDS,
    intern: containers.intern.bind(containers),
    assume: tally.assume.bind(tally),
    unowned: tally.unowned.bind(tally),
  }
  let share = 0
  let count = 0
  try {
    const makeReader = await readerFor(path, options, tally, signal)
    let { reader, headerLine } = makeReader({ ...context, remembersAll: false })
    let remembersAll = false
    const bytes = readUtf8(path, (read) => {
      share = read
    })
    for await (const { firstLine, lines } of readLines(bytes)) {
      signal?.throwIfAborted()
      const samples: UsageSample[] = []
      for (let i = 0; i < lines.length; i++) {
        const [line, number] = [lines[i]!, firstLine + i]
        if (number <= headerLine) {
          reader.isRow(line ?? '')
          continue
        }
        if (line === null) {
          tally.rows++
          tally.add(number, `longer than ${MAX_LINE_LENGTH} characters`)
          continue
        }
        if (isBlank(line) || !reader.isRow(line)) continue
        tally.rows++
        let fate = reader.take(line, samples)
        if (fate === 'again') {
          ;({ reader } = makeReader({ ...context, remembersAll: true }))
          remembersAll = true
          tally.assume('The rows are not in order of time.')
          await replay(path, reader, { headerLine, beforeLine: number }, signal)
          reader.isRow(line)
          fate = reader.take(line, samples)
        }
        if (fate !== undefined) note(tally, number, fate)
      }
      if (remembersAll && tally.rows > MOST_REMEMBERED) {
        throw new HistoryError(
          `${path} has more than ${MOST_REMEMBERED.toLocaleString('en')} rows and is not in order of time: sort it by time first`,
        )
      }
      count += samples.length
      onProgress?.({ samples: count, share })
      if (samples.length > 0) yield samples
    }
    const why = reader.whyIncomplete(tally.rows)
    if (why) throw new HistoryError(`${path} is no usage history: ${why}`)
    tally.judge()
    if (tally.rows > 0 && tally.leftOut.future === tally.rows) {
      throw new HistoryError(`${path}: all of its rows are in the future of this machine's clock: is the clock right?`)
    }
  } finally {
    onSummary?.(tally)
  }
}

/** Has a reader that remembers all rows read those before a line, so that it continues where another one has stopped. */
async function replay(
  path: string,
  reader: RowReader,
  { headerLine, beforeLine }: { readonly headerLine: number; readonly beforeLine: number },
  signal: AbortSignal | undefined,
): Promise<void> {
  for await (const { firstLine, lines } of readLines(readUtf8(path))) {
    signal?.throwIfAborted()
    const unused: UsageSample[] = []
    for (let i = 0; i < lines.length; i++) {
      if (firstLine + i >= beforeLine) return
      const line = lines[i]!
      if (line === null || isBlank(line) || !reader.isRow(line) || firstLine + i <= headerLine) continue
      reader.take(line, unused)
    }
  }
}

function note(tally: Tally, line: number, fate: Exclude<Fate, undefined>): void {
  if (fate === 'header') tally.rows--
  else if (fate === 'again') throw new Error(`line ${line}: a reader that remembers all rows asks to remember them`)
  else if ('bad' in fate) tally.add(line, fate.bad)
  else if (fate.left === 'future') tally.addFuture(line, fate.reason ?? '')
  else tally.leftOut[fate.left]++
}

function isBlank(line: string): boolean {
  return line === '' || (line.charCodeAt(0) <= 0x20 && line.trim() === '')
}

/** Finds out how a file is written. */
async function readerFor(
  path: string,
  options: FileHistoryOptions,
  tally: Tally,
  signal: AbortSignal | undefined,
): Promise<MakeReader> {
  const { lines, encoding, isText } = await firstLines(path)
  if (!isText) throw new HistoryError(`${path} is not text: expected ${FORMATS}`)
  if (lines.every((line) => line.trim() === '')) throw new HistoryError(`${path} is no usage history: it is blank`)
  if (encoding && encoding.encoding !== 'utf-8') {
    const how = encoding.isCertain ? 'is in' : 'is not UTF-8, and was taken for'
    tally.assume(`The file ${how} ${encoding.encoding.toUpperCase()}.`)
  }
  if (isOpenMetrics(lines)) {
    const owners = await readOwners(path, signal)
    return (context) => ({ reader: openMetricsReader(context, owners), headerLine: 0 })
  }
  if (/^\s*[[{]/.test(lines.find((line) => line.trim() !== '')!)) {
    throw new HistoryError(`${path} is JSON: expected ${FORMATS}. What Prometheus has, --prometheus URL reads from it`)
  }
  const table = tableIn(path, lines, options)
  assumedOf(table, tally)
  return (context) => ({
    reader: 'names' in table ? seriesColumnsReader(context, table) : csvReader(context, table),
    headerLine: table.headerLine,
  })
}

function assumedOf(table: ReturnType<typeof tableIn>, tally: Tally): void {
  const separators: Readonly<Record<string, string>> = { ';': 'semicolons', '\t': 'tabs', '|': 'bars', ' ': 'spaces' }
  const { delimiter, mark, shownOrder } = table
  if (delimiter !== ',') {
    tally.assume(`Fields are separated by ${separators[delimiter] ?? JSON.stringify(delimiter)}.`)
  }
  if (shownOrder) tally.assume(`In dates, the ${shownOrder === 'dmy' ? 'day' : 'month'} is in front.`)
  if (mark === ',') tally.assume('Numbers have decimal commas.')
  const renamed = 'names' in table ? undefined : renamedIn(table)
  if (renamed) tally.assume(renamed)
}
