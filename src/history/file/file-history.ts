import type { RunRule } from '../../workloads/index.ts'
import { Containers } from '../containers.ts'
import { CLOCKS_DIFFER_SECONDS } from '../future.ts'
import type { Labels } from '../owners.ts'
import { HistoryError, type HistorySource, type ReadOptions, type UsageSample } from '../source.ts'
import { csvReader } from './csv.ts'
import { readJson } from './json/json-text.ts'
import { renamedIn, type TableOptions, tableIn } from './layout.ts'
import { type LineBatch, readLines, Unreadable } from './lines.ts'
import { OneCluster } from './one-cluster.ts'
import { isOpenMetrics, openMetricsReader } from './open-metrics.ts'
import { readOwners } from './owners-in-file.ts'
import type { Fate, ReaderContext, RowReader } from './row-reader.ts'
import { Selection } from './selection.ts'
import { seriesColumnsReader } from './series-columns.ts'
import { seriesRowsReader } from './series-rows.ts'
import { type HistorySummary, Tally } from './tally.ts'
import { firstLines, readUtf8 } from './utf8.ts'

export interface FileHistoryOptions extends TableOptions {
  /** Called once at the end of a reading, even a failed one, with a summary of the rows. */
  readonly onSummary?: (summary: HistorySummary) => void
  /** Whether a row that cannot be read, or is in the future, is an error. */
  readonly strict?: boolean
  /** Current time, Unix seconds: no sample can be later. */
  readonly nowSeconds?: () => number
  /** Rules that recognize workloads whose owners live for one run; by default those that need no settings. */
  readonly rules?: readonly RunRule[]
  /** Only series with these labels, or rows with these values: '' for none, '*' for all. */
  readonly labels?: Labels
}

/** Maximum number of rows that are remembered, to find duplicates in a file that is not in order. */
const MOST_REMEMBERED = 20_000_000
const FORMATS = 'CSV with a header line, OpenMetrics text or JSON, plain or compressed'

/**
 * Usage history from a file: a table (CSV and similar formats, with the columns of its header), text in the format of Prometheus and
 * OpenMetrics, or JSON, plain or compressed. The format is detected from the content. The file is read as a stream; rows that cannot be
 * used are counted and left out.
 *
 * Reading throws HistoryError if the file cannot be read, has none of these formats, is ambiguous, or more than half of its rows cannot
 * be read.
 */
export function fileHistory(path: string, options: FileHistoryOptions = {}): HistorySource {
  return {
    name: `file ${path}`,
    read: (readOptions = {}) => read(path, options, readOptions),
  }
}

/** How a file is read. */
interface Text {
  readonly makeReader: (context: ReaderContext) => RowReader
  /** Number of the line with the column names; 0 if there is none. */
  readonly headerLine: number
  readonly lines: (onRead?: (share: number) => void) => AsyncIterable<LineBatch>
}

async function* read(
  path: string,
  options: FileHistoryOptions,
  { window, signal, onProgress }: ReadOptions,
): AsyncGenerator<readonly UsageSample[]> {
  const { onSummary, strict = false, nowSeconds = () => Date.now() / 1000, rules, labels } = options
  const tally = new Tally(path, strict)
  const containers = new Containers()
  const selection = new Selection(labels)
  const context = {
    ...{ path, window, rules, selection, clusters: new OneCluster(selection) },
    endSeconds: nowSeconds() + CLOCKS_DIFFER_SECONDS,
    intern: containers.intern.bind(containers),
    assume: tally.assume.bind(tally),
    unowned: tally.unowned.bind(tally),
  }
  let share = 0
  let count = 0
  try {
    const text = await textOf(path, options, tally, signal)
    const { makeReader, headerLine } = text
    let reader = makeReader({ ...context, remembersAll: false })
    let remembersAll = false
    const onRead = (read: number) => {
      share = read
    }
    for await (const { firstLine, lines } of text.lines(onRead)) {
      signal?.throwIfAborted()
      const samples: UsageSample[] = []
      for (let i = 0; i < lines.length; i++) {
        const [line, number] = [lines[i]!, firstLine + i]
        if (line instanceof Unreadable) {
          if (number <= headerLine) continue
          tally.rows++
          tally.add(number, line.why)
          continue
        }
        if (number <= headerLine) {
          reader.isRow(line)
          continue
        }
        if (isBlank(line) || !reader.isRow(line)) continue
        tally.rows++
        let fate = reader.take(line, samples)
        if (fate === 'again') {
          reader = makeReader({ ...context, remembersAll: true })
          remembersAll = true
          tally.assume('The rows are not in order of time.')
          await replay(text, reader, number, signal)
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
    if (why) throw new HistoryError(`${path} is not a usage history: ${why}`)
    tally.judge()
    if (tally.rows > 0 && tally.leftOut.future === tally.rows) {
      throw new HistoryError(`${path}: all of its rows are in the future of this machine's clock: is the clock right?`)
    }
  } finally {
    onSummary?.(tally)
  }
}

/** Reads the rows before a line with a reader that remembers all rows, so that it can continue where another one has stopped. */
async function replay(
  text: Text,
  reader: RowReader,
  beforeLine: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  for await (const { firstLine, lines } of text.lines()) {
    signal?.throwIfAborted()
    const unused: UsageSample[] = []
    for (let i = 0; i < lines.length; i++) {
      if (firstLine + i >= beforeLine) return
      const line = lines[i]!
      if (line instanceof Unreadable || isBlank(line) || !reader.isRow(line)) continue
      if (firstLine + i <= text.headerLine) continue
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

/** Detects the format of a file. */
async function textOf(
  path: string,
  options: FileHistoryOptions,
  tally: Tally,
  signal: AbortSignal | undefined,
): Promise<Text> {
  const { lines, encoding, isText } = await firstLines(path)
  if (!isText) throw new HistoryError(`${path} is not text: expected ${FORMATS}`)
  if (lines.every((line) => line.trim() === '')) throw new HistoryError(`${path} is not a usage history: it is blank`)
  if (encoding && encoding.encoding !== 'utf-8') {
    const how = encoding.isCertain ? 'is in' : 'is not UTF-8, and was read as'
    tally.assume(`The file ${how} ${encoding.encoding.toUpperCase()}.`)
  }
  const ofFile = (onRead?: (share: number) => void) => readLines(readUtf8(path, onRead))
  if (isOpenMetrics(lines)) return await exposition(ofFile, options, signal)
  if (/^\s*[[{]/.test(lines.find((line) => line.trim() !== '')!)) return await jsonOf(path, options, tally, signal)
  return tableText(tableIn(path, lines, options), ofFile, tally)
}

async function exposition(
  lines: Text['lines'],
  { rules, labels }: FileHistoryOptions,
  signal: AbortSignal | undefined,
): Promise<Text> {
  const owners = await readOwners(lines(), { rules, selection: new Selection(labels) }, signal)
  return { makeReader: (context) => openMetricsReader(context, owners), headerLine: 0, lines }
}

async function jsonOf(
  path: string,
  options: FileHistoryOptions,
  tally: Tally,
  signal: AbortSignal | undefined,
): Promise<Text> {
  tally.rowsAre = 'record'
  const json = await readJson(path, options.columns, signal)
  for (const sentence of json.says) tally.assume(sentence)
  if (json.isExposition) return await exposition(json.lines, options, signal)
  const named = json.columns && { columns: json.columns }
  const lines = [json.header, ...json.firstRows]
  const table = tableIn(
    path,
    lines,
    { ...options, ...named, delimiter: ',' },
    'has the fields of the JSON, but is not a header',
  )
  return tableText({ ...table, headerLine: 0 }, json.lines, tally)
}

function tableText(table: ReturnType<typeof tableIn>, lines: Text['lines'], tally: Tally): Text {
  assumedOf(table, tally)
  return {
    makeReader(context) {
      if (!('names' in table)) return csvReader(context, table)
      return table.cells ? seriesRowsReader(context, table, table.cells) : seriesColumnsReader(context, table)
    },
    headerLine: table.headerLine,
    lines,
  }
}

function assumedOf(table: ReturnType<typeof tableIn>, tally: Tally): void {
  const separators: Readonly<Record<string, string>> = { ';': 'semicolons', '\t': 'tabs', '|': 'bars', ' ': 'spaces' }
  const { delimiter, mark, shownOrder, isSerial } = table
  if (delimiter !== ',') {
    tally.assume(`Fields are separated by ${separators[delimiter] ?? JSON.stringify(delimiter)}.`)
  }
  if (shownOrder) tally.assume(`In dates, the ${shownOrder === 'dmy' ? 'day' : 'month'} comes first.`)
  if (isSerial) tally.assume('Times are serial dates of a spreadsheet.')
  if (mark === ',') tally.assume('Numbers have decimal commas.')
  const renamed = 'names' in table ? undefined : renamedIn(table)
  if (renamed) tally.assume(renamed)
}
