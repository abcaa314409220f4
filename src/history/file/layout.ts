import { quote } from '../quote.ts'
import { HistoryError } from '../source.ts'
import { hasSeriesColumns } from './exposition.ts'
import { ALIGNED, DELIMITERS, type Delimiter, type SplitFields, splitterFor } from './fields.ts'
import { type Columns, columnsOf, isUsable, type NamedColumn, placeOf, type Unusable } from './header.ts'
import { type DecimalMark, markShownBy } from './numbers.ts'
import { type SeriesCells, seriesCellsIn } from './series-cells.ts'
import { areSerialDates, type DateOrder, orderShownBy, Times } from './times.ts'

/** What a person sets for a table that is ambiguous. */
export interface TableOptions {
  readonly delimiter?: Delimiter
  readonly decimalMark?: DecimalMark
  /** Time zone of times without one: a name of the tz database or an offset; if missing, UTC. */
  readonly timeZone?: string
  readonly dateOrder?: DateOrder
  readonly columns?: readonly NamedColumn[]
  /** Meaning of rows with the same container and time, but other values: several Pods, or repetitions of the first. */
  readonly sameTime?: 'pods' | 'first'
}

/** How to read the rows of a table. */
export interface Table {
  readonly split: SplitFields
  readonly delimiter: Delimiter
  readonly columns: Columns
  /** The line with the column names, and its number, from 1. */
  readonly header: string
  readonly headerLine: number
  readonly mark: DecimalMark | undefined
  readonly times: Times
  /** Order of day and month in the first rows; undefined if they do not show it, or an option sets it. */
  readonly shownOrder: DateOrder | undefined
  /** Whether times are serial dates of a spreadsheet. */
  readonly isSerial: boolean
  readonly named: readonly NamedColumn[]
  readonly sameTime: TableOptions['sameTime']
}

/** A table with one column for each series. */
export interface SeriesTable extends Omit<Table, 'columns' | 'sameTime'> {
  readonly names: readonly string[]
  /** Columns of the series, if each row has one; undefined if each column is one. */
  readonly cells: SeriesCells | undefined
}

/** Maximum number of lines above a table, such as a title, a comment, or messages of the exporter. */
const MOST_LINES_ABOVE = 20
/** Number of times that are checked to detect their format. */
const MOST_TIMES = 200
/** Number of lines whose cells are checked. */
const FEW = 10
const EXPECTED =
  'workload,timestamp,cpu_cores,memory_bytes and optionally namespace,kind,container,pod, in any order, under these or similar names'

/**
 * Finds the header of a table and the format of its rows, from the first lines of a file.
 *
 * @param isNot what the header is not, in a message
 * @throws HistoryError if there is no table with usage, or it is ambiguous
 */
export function tableIn(
  path: string,
  lines: readonly string[],
  options: TableOptions,
  isNot = 'is neither OpenMetrics text nor a CSV header',
): Table | SeriesTable {
  const said = /^\s*"?sep=(.)"?\s*$/i.exec(lines.find((line) => line.trim() !== '') ?? '')?.[1]
  const delimiters = options.delimiter ? [options.delimiter] : said ? [said] : DELIMITERS
  let nearest: Candidate | undefined
  let seen = 0
  for (const [index, text] of lines.entries()) {
    if (text.trim() === '' || /^\s*"?sep=.?"?\s*$/i.test(text)) continue
    if (seen++ > MOST_LINES_ABOVE) break
    const candidates = delimiters.flatMap((delimiter) => readAs(delimiter, text, lines, index, options) ?? [])
    const all = candidates.filter(({ columns, series }) => series || isUsable(columns))
    // Spaces only separate fields if nothing else does, because column names may contain spaces.
    const tables = all.length > 1 ? all.filter(({ delimiter }) => delimiter !== ALIGNED) : all
    if (tables.length > 1) {
      const names = tables.map(({ delimiter }) => quote(delimiter)).join(' or ')
      throw new HistoryError(`${path}: fields may be separated by ${names}: choose with --delimiter`)
    }
    if (tables[0]) return tableOf(tables[0], lines.slice(tables[0].line), options)
    for (const one of candidates) if (!nearest || score(one) > score(nearest)) nearest = one
  }
  throw new HistoryError(`${path}: ${whyNoTable(nearest, lines, isNot)}`)
}

/** A line that may be the header, split by one delimiter. */
interface Candidate {
  readonly delimiter: Delimiter
  readonly split: SplitFields
  readonly names: readonly string[]
  readonly line: number
  readonly text: string
  /** Whether its columns are series of Prometheus, or the cells of one column are. */
  readonly series: boolean
  readonly cells?: SeriesCells | undefined
  readonly columns: Columns | Unusable
}

function readAs(
  delimiter: Delimiter,
  text: string,
  lines: readonly string[],
  index: number,
  { columns: named = [] }: TableOptions,
): Candidate | undefined {
  const split = splitterFor(delimiter)
  const fields = split(text.replace(/^#+\s*/, ''))
  if (!fields || fields.length < 2) return undefined
  const common = { delimiter, split }
  if (isWithoutHeader(fields, named)) {
    const names = fields.map((_, place) => String(place + 1))
    return { ...common, names, text: '', line: index, series: false, columns: columnsOf(names, { named }) }
  }
  const hasTimes = delimiter === ALIGNED && lines.some(isTimeLine)
  const columns = columnsOf(fields, { named, hasTimes, byPlace: true })
  const cells = seriesCellsIn(fields, split, lines.slice(index + 1, index + FEW))
  const series = hasSeriesColumns(fields) || cells !== undefined
  return { ...common, names: fields, text, line: index + 1, series, cells, columns }
}

/** Whether the first row has a time in the column that a person has selected by a number: then there is no header. */
function isWithoutHeader(fields: readonly string[], named: readonly NamedColumn[]): boolean {
  const time = named.find(({ role }) => role === 'time')
  const place = time && placeOf(time.column)
  const text = place === undefined ? undefined : fields[place]
  return (
    text !== undefined && !fields.includes(time!.column) && !Number.isNaN(new Times({ dateOrder: 'dmy' }).seconds(text))
  )
}

function tableOf(
  { delimiter, split, names, line, text, series, cells, columns }: Candidate,
  below: readonly string[],
  options: TableOptions,
): Table | SeriesTable {
  const named = options.columns ?? []
  const common = { delimiter, split, header: text, headerLine: line, named }
  if (series || !isUsable(columns)) {
    const amounts = cells ? [cells.value] : [...names.keys()].slice(1)
    return { ...common, names, cells, ...formatsOf(split, below, cells?.time ?? 0, amounts, options) }
  }
  const { time, cpu, memory, long } = columns
  const amounts = [cpu?.index, memory?.index, long?.value].filter((one) => one !== undefined)
  return { ...common, columns, ...formatsOf(split, below, time, amounts, options), sameTime: options.sameTime }
}

/** Formats of times and numbers: from the options, or else from the first rows. */
function formatsOf(
  split: SplitFields,
  below: readonly string[],
  time: number,
  amounts: readonly number[],
  { decimalMark, timeZone, dateOrder }: TableOptions,
): Pick<Table, 'mark' | 'times' | 'shownOrder' | 'isSerial'> {
  let mark = decimalMark
  let order = dateOrder
  for (const line of below) {
    if (mark !== undefined && order !== undefined) break
    const fields = split(line) ?? []
    for (const index of amounts) mark ??= markShownBy(fields[index] ?? '')
    order ??= orderShownBy(fields[time] ?? '')
  }
  const isSerial = areSerialDates(below.slice(0, MOST_TIMES).map((line) => split(line)?.[time] ?? ''))
  const times = new Times({ zone: timeZone, dateOrder: order, isSerial })
  return { mark, times, shownOrder: dateOrder ? undefined : order, isSerial }
}

function isTimeLine(line: string): boolean {
  return line.trim() !== '' && !Number.isNaN(new Times().seconds(line))
}

/** How much a line looks like a header of usage. */
function score({ columns }: Candidate): number {
  return isUsable(columns) ? 100 : columns.found + (columns.unclear === undefined ? 0 : 10)
}

function whyNoTable(nearest: Candidate | undefined, lines: readonly string[], isNot: string): string {
  const columns = nearest && !isUsable(nearest.columns) ? nearest.columns : undefined
  if (nearest && columns?.unclear !== undefined) return `line ${Math.max(1, nearest.line)}: ${columns.unclear}`
  const first = lines.findIndex((line) => line.trim() !== '')
  const isNear = nearest && columns && columns.found > 0
  const missing = isNear ? columns.missing : ['workload', 'timestamp', 'cpu_cores', 'memory_bytes']
  const [line, text] = isNear ? [nearest.line, nearest.text] : [first + 1, lines[first] ?? '']
  const hasValues = text.split(/[,;\t]/).some(isTimeLine)
  const tip = hasValues
    ? '. Its first line has values: add a header with the names of the columns, or select columns by number, from 1: ' +
      '--columns workload=1 time=2 cpu=3 memory=4'
    : columns && seemsWide(nearest!, missing)
      ? '. If each column is a series, its name must have the labels: in Grafana, choose "Verbose" as the legend of the panel'
      : missing.length === 1 && missing[0] === 'timestamp'
        ? '. A history needs the time of each row: record what kubectl top prints together with the time, such as ' +
          '`while sleep 60; do date -u +%FT%TZ; kubectl top pod -A --containers; done`'
        : `. Expected the columns ${EXPECTED}, or select columns, such as with --columns workload=NAME`
  return `line ${line} ${isNot} with ${missing.join(', ')}${tip}; found ${quote(text, 120)}`
}

/** Whether a table has times, and otherwise only columns with unknown names. */
function seemsWide({ names, columns }: Candidate, missing: readonly string[]): boolean {
  return !isUsable(columns) && columns.found === 1 && !missing.includes('timestamp') && names.length > 1
}

/** Names of the columns that are used as something else than their names say, for people. */
export function renamedIn({ columns: found }: Table): string | undefined {
  const at = (index: number | undefined, as: string) => {
    const name = index === undefined || index < 0 ? undefined : found.names[index]
    return name === undefined || name === as ? [] : [`"${name}" as ${as}`]
  }
  const { namespace, kind, workload, container, pod, time, cpu, memory, long } = found
  const all = [
    ...[at(namespace, 'namespace'), at(kind, 'kind'), at(workload, 'workload'), at(container, 'container')],
    ...[at(pod, 'pod'), at(time, 'timestamp'), at(cpu?.index, 'cpu_cores'), at(memory?.index, 'memory_bytes')],
    ...[at(long?.metric, 'metric'), at(long?.value, 'value')],
  ].flat()
  return all.length > 0 ? `Columns were chosen by their names: ${all.join(', ')}.` : undefined
}
