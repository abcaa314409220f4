import { LRUCache } from 'lru-cache'
import type { WorkloadContainer } from '../../workloads/index.ts'
import { workloadFromPodName } from '../../workloads/index.ts'
import { whyNotNamed } from '../names.ts'
import { subjectOf } from '../owners.ts'
import { HistoryError } from '../source.ts'
import { Amounts } from './amounts.ts'
import { measureOf } from './column-names.ts'
import { parseLabels, SERIES } from './exposition.ts'
import type { SeriesTable } from './layout.ts'
import { type Fate, future, isInside, LEFT, type ReaderContext, type RowReader } from './row-reader.ts'
import { SeenTimes } from './seen-times.ts'
import type { Resource } from './units.ts'
import { USAGE_METRICS } from './usage-metrics.ts'

interface Column {
  readonly resource: Resource
  readonly amounts: Amounts
  readonly container: WorkloadContainer
  readonly pod: string
}

/**
 * Reader of a table whose first column is the time and each other one a series, with namespace, Pod and container among its
 * labels. CPU must be a rate.
 *
 * @throws HistoryError if a series is of neither resource, and no option says of which
 */
export function seriesColumnsReader(context: ReaderContext, table: SeriesTable): RowReader {
  const columns = table.names.map((name, index) => (index === 0 ? undefined : columnOf(context, table, name)))
  const seen = new LRUCache<Column, SeenTimes>({ max: Math.max(1, columns.length) })
  if (columns.every((column) => column === undefined)) {
    throw new HistoryError(
      `${context.path}: no column is a series of a container of a workload, with the labels namespace, pod and container`,
    )
  }
  const unused = columns.slice(1).filter((column) => !column).length
  if (unused > 0) {
    context.assume(
      `${unused} of ${columns.length - 1} columns are no usage of a container of a known workload: they were left out.`,
    )
  }
  if (columns.some((column) => column?.pod)) context.assume('The workloads are guessed from the names of their Pods.')
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
      if (!fields) return { bad: 'a quote is not closed, or stands inside a field' }
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
        const { container, pod, resource } = column
        const [cpuCores, memoryBytes] = resource === 'cpu' ? [value, Number.NaN] : [Number.NaN, value]
        const times = seen.get(column) ?? new SeenTimes(context.remembersAll)
        seen.set(column, times)
        const what = times.take(timestampSeconds, cpuCores, memoryBytes)
        if (what === 'earlier') return 'again'
        if (what === 'other') return { bad: 'another row has the same time and other values' }
        if (what === 'same') fate = fate && LEFT.repeated
        else if (!isInside(context.window, timestampSeconds)) fate = fate && LEFT.outside
        else {
          fate = undefined
          samples.push({ container, pod, timestampSeconds, cpuCores, memoryBytes })
        }
      }
      return fate
    },
  }
}

function columnOf(context: ReaderContext, { named, mark }: SeriesTable, name: string): Column | undefined {
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
  const amounts = new Amounts({ resource, name: called || '*', unit: measure?.unit ?? 1, mark })
  const interned = context.intern(workload, container)
  context.clusters.check(interned, labels)
  return { resource, amounts, container: interned, pod }
}
