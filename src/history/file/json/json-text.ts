import { isObject } from '../../../resources/index.ts'
import { OWNER_METRICS } from '../../owners.ts'
import { quote } from '../../quote.ts'
import { HistoryError } from '../../source.ts'
import type { NamedColumn } from '../header.ts'
import { type Line, type LineBatch, Unreadable } from '../lines.ts'
import { USAGE_METRICS } from '../usage-metrics.ts'
import type { JsonSeries } from './item.ts'
import { itemsIn } from './shapes.ts'
import { readJsonValues } from './values.ts'

/** JSON as text for the readers of other formats: a table with a header, or text of metrics. */
export interface JsonText {
  readonly isExposition: boolean
  /** The header of the table; '' for text of metrics. */
  readonly header: string
  /** The first rows, to detect their format. */
  readonly firstRows: readonly string[]
  /** Which column has what, if a person has set it for all series. */
  readonly columns: readonly NamedColumn[] | undefined
  /** Messages of the store about its answer. */
  readonly says: readonly string[]
  /** The rows; each counts as a line, from 1. */
  readonly lines: (onRead?: (share: number) => void) => AsyncGenerator<LineBatch>
}

const MOST_COLUMNS = 5_000
const MOST_SAID = 5
const FIRST_ROWS = 200
const ROWS_IN_BATCH = 1_000
/** Depth up to which fields are searched in nested objects of a record. */
const MOST_LEVELS = 8
/** Columns of a series. */
const TIME = 'timestamp'
const VALUE = 'value'
const METRIC = 'metric'

/**
 * Reads the JSON values of a file.
 *
 * @param named columns that a person has selected; `cpu=*` and `memory=*` set the resource of series without a name
 * @throws HistoryError if they contain no usage, or are ambiguous
 */
export async function readJson(
  path: string,
  named: readonly NamedColumn[] | undefined,
  signal?: AbortSignal,
): Promise<JsonText> {
  const shape = await shapeOf(path, signal)
  const { columns, names, hasNameless, says } = shape
  if (columns.size === 0 && names.size === 0 && !hasNameless) {
    throw new HistoryError(
      `${path} is not a usage history: ${shape.bad ?? 'its JSON contains no records and no series'}`,
    )
  }
  const isKnown = [...names].some((name) => USAGE_METRICS.has(name))
  if (isKnown && hasNameless) {
    throw new HistoryError(`${path}: some series have a name and some do not: put them into separate files`)
  }
  // Counters and owners can only be read together with all of their series.
  const isExposition = isKnown && columns.size === 0
  if (isKnown && !isExposition)
    throw new HistoryError(`${path}: its JSON contains both series and records: put them into separate files`)
  if (names.size > 0 || hasNameless)
    for (const name of [...(names.size > 0 ? [METRIC] : []), TIME, VALUE]) columns.add(name)
  for (const label of isExposition ? [] : shape.labels) columns.add(label)
  const all = [...columns]
  const write: Write = isExposition
    ? { series: exposition }
    : { series: (one) => tableOf(one, all), record: (one) => rowOf(one, all) }
  const lines = (onRead?: (share: number) => void) => linesOf(path, write, onRead)
  const firstRows: string[] = []
  if (!isExposition) {
    for await (const batch of lines()) {
      for (const line of batch.lines) if (typeof line === 'string') firstRows.push(line)
      if (firstRows.length >= FIRST_ROWS) break
    }
  }
  return {
    ...{ isExposition, firstRows, says, lines },
    header: isExposition ? '' : all.map(quoted).join(','),
    columns: named?.map((one) => (one.column === '*' ? { ...one, column: VALUE } : one)),
  }
}

interface Shape {
  /** Names of the fields of records. */
  readonly columns: Set<string>
  /** Names of the labels of series. */
  readonly labels: Set<string>
  /** Names of metrics. */
  readonly names: Set<string>
  hasNameless: boolean
  readonly says: string[]
  /** Why the first bad value is bad. */
  bad: string | undefined
}

async function shapeOf(path: string, signal: AbortSignal | undefined): Promise<Shape> {
  const shape: Shape = {
    ...{ columns: new Set(), labels: new Set(), names: new Set(), hasNameless: false, says: [], bad: undefined },
  }
  for await (const one of readJsonValues(path)) {
    signal?.throwIfAborted()
    for (const item of 'bad' in one ? [one] : itemsIn(one.value)) {
      if ('bad' in item) shape.bad ??= item.bad
      else if ('says' in item) {
        if (shape.says.length < MOST_SAID) shape.says.push(item.says)
      } else if ('record' in item) for (const [name] of fieldsOf(item.record)) shape.columns.add(name)
      else {
        const { __name__: name, ...labels } = item.series.labels
        for (const label of Object.keys(labels)) shape.labels.add(label)
        if (typeof name === 'string' && name !== '') shape.names.add(name)
        else shape.hasNameless = true
      }
    }
    if (shape.columns.size + shape.labels.size > MOST_COLUMNS) {
      throw new HistoryError(
        `${path}: its JSON has records with more than ${MOST_COLUMNS} different fields, so it is not a table`,
      )
    }
  }
  return shape
}

/** Marks a text of metrics as complete. */
const END = '# EOF'

interface Write {
  readonly series: (series: JsonSeries) => Iterable<Line>
  readonly record?: (record: Readonly<Record<string, unknown>>) => string
}

async function* linesOf(path: string, write: Write, onRead?: (share: number) => void): AsyncGenerator<LineBatch> {
  let lines: Line[] = []
  let firstLine = 1
  for await (const one of readJsonValues(path, onRead)) {
    for (const item of 'bad' in one ? [one] : itemsIn(one.value)) {
      if ('says' in item) continue
      const found =
        'bad' in item
          ? [new Unreadable(item.bad)]
          : 'series' in item
            ? write.series(item.series)
            : write.record
              ? [write.record(item.record)]
              : []
      for (const line of found) {
        lines.push(line)
        if (lines.length < ROWS_IN_BATCH) continue
        yield { firstLine, lines }
        firstLine += lines.length
        lines = []
      }
    }
  }
  if (!write.record) lines.push(END)
  if (lines.length > 0) yield { firstLine, lines }
}

/** A series as text of Prometheus; nothing if it is neither container usage nor an owner. */
function* exposition({ labels, points }: JsonSeries): Generator<Line> {
  const { __name__: name, ...others } = labels
  const metric = String(name)
  if (!USAGE_METRICS.has(metric) && !(OWNER_METRICS as readonly string[]).includes(metric)) return
  const text = Object.entries(others).map(([label, value]) => `"${escaped(label)}"="${escaped(String(value))}"`)
  const front = `${metric}{${text.join(',')}}`
  for (const point of points) {
    const pair = pairIn(point)
    if (!pair) yield noPair(point)
    else yield `${front} ${pair.value.replaceAll(/\s/g, '_') || 'NaN'} ${pair.time.replaceAll(/\s/g, 'T')}`
  }
}

function escaped(text: string): string {
  return text.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)
}

/** A series as rows of a table with a column for each label. */
function* tableOf({ labels, points }: JsonSeries, columns: readonly string[]): Generator<Line> {
  const { __name__: name, ...others } = labels
  const front = { ...others, ...(name !== undefined && { [METRIC]: name }) }
  for (const point of points) {
    const pair = pairIn(point)
    if (!pair) yield noPair(point)
    else yield rowOf({ ...front, [TIME]: pair.time, [VALUE]: pair.value }, columns)
  }
}

/** Time and value of a point, with the value '' if it has none; undefined if it is not a point. */
function pairIn(point: unknown): { readonly time: string; readonly value: string } | undefined {
  if (!Array.isArray(point) || point.length !== 2 || !point.every(isScalar)) return undefined
  const [time, value] = point.map((one) => String(one ?? '').trim())
  return time ? { time, value: value! } : undefined
}

function noPair(point: unknown): Unreadable {
  return new Unreadable(`not a pair of a time and a value: ${quote(JSON.stringify(point) ?? '')}`)
}

function isScalar(value: unknown): boolean {
  return value === null || (typeof value !== 'object' && value !== undefined)
}

function rowOf(record: Readonly<Record<string, unknown>>, columns: readonly string[]): string {
  const fields = new Map(fieldsOf(record))
  return columns.map((name) => quoted(fields.get(name) ?? '')).join(',')
}

/** A field in quotes, so that no row looks like a comment. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

/** The fields of a record; names of nested fields are joined by dots. */
function* fieldsOf(record: Readonly<Record<string, unknown>>, front = '', level = 0): Generator<[string, string]> {
  for (const [name, value] of Object.entries(record)) {
    const full = front + name
    if (value === null || value === undefined) yield [full, '']
    else if (typeof value !== 'object') yield [full, String(value)]
    else if (level < MOST_LEVELS && isObject(value)) yield* fieldsOf(value, `${full}.`, level + 1)
    else if (Array.isArray(value)) {
      // BigQuery writes labels as a list of keys and values.
      for (const one of value)
        if (isObject(one) && typeof one.key === 'string' && isScalar(one.value))
          yield [`${full}.${one.key}`, String(one.value ?? '')]
    }
  }
}
