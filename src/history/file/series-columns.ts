import type { WorkloadContainer } from '../../workloads/index.ts'
import { workloadFromPodName } from '../../workloads/index.ts'
import { whyNotNamed } from '../names.ts'
import { subjectOf } from '../owners.ts'
import { HistoryError, type UsageSample } from '../source.ts'
import { Amounts } from './amounts.ts'
import { measureOf } from './column-names.ts'
import { parseLabels, SERIES } from './exposition.ts'
import type { SeriesTable } from './layout.ts'
import { type Fate, future, isInside, LEFT, type ReaderContext, type RowReader } from './row-reader.ts'
import { SeenTimes } from './seen-times.ts'
import { type Resource, unitOf } from './units.ts'
import { USAGE_METRICS } from './usage-metrics.ts'

const GUESSED = 'The workloads are guessed from the names of their Pods.'

/** One series of a table, which a column or cells of a column name. */
export class SeriesColumn {
  readonly amounts: Amounts
  readonly #resource: Resource
  readonly #container: WorkloadContainer
  readonly #pod: string
  readonly #seen: SeenTimes

  constructor(amounts: Amounts, container: WorkloadContainer, pod: string, remembersAll: boolean) {
    this.amounts = amounts
    this.#resource = amounts.column.resource
    this.#container = container
    this.#pod = pod
    this.#seen = new SeenTimes(remembersAll)
  }

  /** Adds a value as a sample. */
  use(context: ReaderContext, timestampSeconds: number, value: number, samples: UsageSample[]): Fate {
    const [cpuCores, memoryBytes] = this.#resource === 'cpu' ? [value, Number.NaN] : [Number.NaN, value]
    const what = this.#seen.take(timestampSeconds, cpuCores, memoryBytes)
    if (what === 'earlier') return 'again'
    if (what === 'other') return { bad: 'another row has the same time and other values' }
    if (what === 'same') return LEFT.repeated
    if (!isInside(context.window, timestampSeconds)) return LEFT.outside
    samples.push({ container: this.#container, pod: this.#pod, timestampSeconds, cpuCores, memoryBytes })
    return undefined
  }
}

/** @param what a column, or a row */
export function whyNoSeries(what: 'column' | 'row'): string {
  return `no ${what} is a series of a container of a workload, with the labels namespace, pod and container`
}

/**
 * Reader of a table whose first column is the time and each other one a series, with namespace, Pod and container among its
 * labels. CPU must be a rate.
 *
 * @throws HistoryError if a series is of neither resource, and no option says of which
 */
export function seriesColumnsReader(context: ReaderContext, table: SeriesTable): RowReader {
  const columns = table.names.map((name, index) => (index === 0 ? undefined : seriesColumn(context, table, name)))
  if (columns.every((column) => column === undefined)) {
    throw new HistoryError(`${context.path}: ${whyNoSeries('column')}`)
  }
  const unused = columns.slice(1).filter((column) => !column).length
  if (unused > 0) {
    context.assume(
      `${unused} of ${columns.length - 1} columns are no usage of a container of a known workload: they were left out.`,
    )
  }
  return {
    isRow: (line) => line !== table.header,
    whyIncomplete(rows) {
      if (rows === 0) return 'it has a header and no rows'
      if (table.times.assumedUtc)
        context.assume('Times without a zone were taken as UTC; --time-zone names another one.')
      return columns.find((column) => column?.amounts.doubt)?.amounts.doubt
    },
    take(row, samples): Fate {
      const fields = table.split(row)
      if (!fields) return { bad: 'a quote is not closed, or is inside a field' }
      while (fields.length > columns.length && fields.at(-1) === '') fields.pop()
      if (fields.length !== columns.length)
        return { bad: `${fields.length} fields, but the header has ${columns.length}` }
      const timestampSeconds = table.times.seconds(fields[0]!)
      if (Number.isNaN(timestampSeconds)) return { bad: table.times.whyNot(fields[0]!) }
      if (timestampSeconds > context.endSeconds) return future(timestampSeconds)
      const values = columns.map((column, index) => column?.amounts.read(fields[index]!) ?? Number.NaN)
      const bad = values.find((value) => typeof value === 'string')
      if (bad !== undefined) return { bad: String(bad) }
      let fate: Fate = LEFT.gap
      for (const [index, column] of columns.entries()) {
        const value = values[index] as number
        if (!column || Number.isNaN(value)) continue
        const its = column.use(context, timestampSeconds, value, samples)
        if (its === 'again' || (its && typeof its === 'object' && 'bad' in its)) return its
        fate = fate && its
      }
      return fate
    },
  }
}

/**
 * The series that a text names; undefined if it is no usage of a container of a known workload.
 *
 * @throws HistoryError if it is of neither resource, and no option says of which, or of another cluster
 */
export function seriesColumn(
  context: ReaderContext,
  { named, mark }: SeriesTable,
  name: string,
): SeriesColumn | undefined {
  const [, metric = '', text = ''] = SERIES.exec(name) ?? []
  const labels = parseLabels(text)
  if (!labels) return undefined
  const called = metric || labels.__name__ || ''
  const said = named.find(
    ({ role, column }) => (role === 'cpu' || role === 'memory') && (column === name || column === '*'),
  )
  const known = USAGE_METRICS.get(called)
  const measure =
    known && !known.isCounter ? { resource: known.resource, unit: 1, unclear: undefined } : measureOf(called)
  const resource = (said?.role as Resource | undefined) ?? measure?.resource
  if (resource === undefined && called === '') {
    throw new HistoryError(
      `${context.path}: the series do not say whether they are CPU or memory: say it with --columns "cpu=*" or --columns "memory=*"`,
    )
  }
  if (resource === undefined) return undefined
  if (measure?.unclear && !said) {
    throw new HistoryError(
      `${context.path}: the series ${called} ${measure.unclear}. If it is a rate: --columns "cpu=*:cores"`,
    )
  }
  if (!context.selection.takes(labels)) return undefined
  const { namespace = 'default', pod = '', container = '' } = subjectOf(labels)
  const workload = workloadFromPodName(namespace, pod)
  if (!workload) {
    context.unowned(pod)
    return undefined
  }
  if (container === '' || whyNotNamed(workload, container, pod)) return undefined
  const unit = (said?.unit === undefined ? undefined : unitOf(resource, said.unit)) ?? measure?.unit ?? 1
  const amounts = new Amounts({ resource, name: called || '*', unit, mark })
  const interned = context.intern(workload, container)
  context.clusters.check(interned, labels)
  context.assume(GUESSED)
  return new SeriesColumn(amounts, interned, pod, context.remembersAll)
}
