import { LRUCache } from 'lru-cache'
import type { WorkloadContainer } from '../../workloads/index.ts'
import { whyNotNamed } from '../names.ts'
import { own } from '../own.ts'
import { quote } from '../quote.ts'
import { HistoryError, type UsageSample } from '../source.ts'
import { Amounts, isGap } from './amounts.ts'
import { measureOf } from './column-names.ts'
import { ALIGNED } from './fields.ts'
import { type Columns, columnsOf, isUsable, type UsageColumn } from './header.ts'
import type { Table } from './layout.ts'
import { numberIn } from './numbers.ts'
import { type Fate, future, isInside, LEFT, type ReaderContext, type RowReader, SERIES_FOLLOWED } from './row-reader.ts'
import { Replicas, SeenTimes } from './seen-times.ts'
import type { Resource } from './units.ts'
import {
  assumptionsOf,
  type ClusterColumn,
  clusterColumns,
  identityColumns,
  unusedColumns,
  whoseRow,
} from './workload-columns.ts'

/** State of one container of one Pod while its rows are read. */
interface Series {
  readonly container: WorkloadContainer
  readonly pod: string
  readonly seen: SeenTimes
  readonly replicas: Replicas
}

/** Rows of the same time with other values: from so many on, and this share, they are no mistakes. */
const CONFLICTS = { early: 20, least: 2, share: 0.05 }
/** Lines of a table that programs draw around it, and what psql says below it. */
const DRAWN = /^(?:[-+=|\s]+|\(\d+ rows?\))$/
const MAX_METRICS = 1_000

/** Reader of the rows of a table. Columns that hold nothing of usage are ignored. */
export function csvReader(context: ReaderContext, table: Table): RowReader {
  const { times, split, sameTime } = table
  let columns = table.columns
  let [identity, clusters] = identityOf(context, columns)
  let header = table.header
  let lineSeconds = Number.NaN
  let rows = 0
  let conflicts = 0
  const series = new LRUCache<string, Series>({ max: SERIES_FOLLOWED })
  const amounts = new Map<string, Amounts | undefined>()
  // Most files are sorted by workload: nearly every row is of the series of the row before.
  let lastKey = ''
  let last: Series | undefined
  for (const sentence of assumptionsOf(columns)) context.assume(sentence)

  function amountsOf(resource: Resource, { name, unit }: Pick<UsageColumn, 'name' | 'unit'>): Amounts {
    const key = `${resource}=${name}`
    const known = amounts.get(key) ?? new Amounts({ resource, name, unit, mark: table.mark })
    amounts.set(key, known)
    return known
  }
  const readersOf = ({ cpu, memory }: Columns) => ({
    cpu: cpu && { index: cpu.index, amounts: amountsOf('cpu', cpu) },
    memory: memory && { index: memory.index, amounts: amountsOf('memory', memory) },
  })
  let readers = readersOf(columns)

  function follow(key: string, fields: readonly string[]): Series | Fate {
    const labels = Object.fromEntries(clusters.map(({ index, label }) => [label, fields[index]!]))
    if (!context.selection.takes(labels)) return LEFT.elsewhere
    const whose = whoseRow(columns, fields, context.rules)
    if (typeof whose === 'string') {
      if (whose === '') return { bad: 'neither a workload nor a Pod' }
      context.unowned(own(whose))
      return LEFT.unowned
    }
    const { workload, container, pod } = whose
    const why = whyNotNamed(workload, container, pod)
    if (why) return { bad: why }
    const interned = context.intern(workload, container)
    context.clusters.check(interned, labels)
    const made = {
      container: interned,
      pod: own(pod),
      seen: new SeenTimes(context.remembersAll && sameTime !== 'pods'),
      replicas: new Replicas(context.remembersAll && sameTime === 'pods'),
    }
    series.set(own(key), made)
    return made
  }

  /** Reads the only value of a row of a long table. */
  function readLong(fields: readonly string[], long: NonNullable<Columns['long']>) {
    const named = fields[long.metric]!
    const second = long.second < 0 ? '' : fields[long.second]!
    const metric = amounts.has(named) ? named : measureOf(named) ? named : second
    let its = amounts.get(metric)
    if (!its && !amounts.has(metric)) {
      const measure = measureOf(metric)
      if (measure?.unclear) context.assume(`"${metric}" ${measure.unclear}.`)
      its =
        measure && !measure.unclear
          ? new Amounts({ resource: measure.resource, name: own(metric), unit: measure.unit, mark: table.mark })
          : undefined
      if (amounts.size < MAX_METRICS) amounts.set(own(metric), its)
    }
    return its && { resource: its.column.resource, value: its.read(fields[long.value]!) }
  }

  function resembles(fields: readonly string[]): boolean {
    const found = columnsOf(fields, { named: table.named, hasTimes: !Number.isNaN(lineSeconds) })
    if (!isUsable(found)) return false
    columns = found
    ;[identity, clusters] = identityOf(context, columns)
    readers = readersOf(columns)
    last = undefined
    series.clear()
    return true
  }

  function conflict(): Fate {
    if (sameTime === 'first') return LEFT.repeated
    conflicts++
    if (columns.pod < 0 && conflicts >= CONFLICTS.early && conflicts > rows * CONFLICTS.share) {
      throw new HistoryError(`${context.path}: ${replicasSay(table)}`)
    }
    return { bad: 'another row of the same container has the same time and other values' }
  }

  return {
    isRow(line) {
      // Nearly every row begins with a letter or a digit.
      if (line.charCodeAt(0) < 0x30 || !/^[\w]/.test(line)) {
        if (line.startsWith('#') || DRAWN.test(line)) return false
      }
      if (line === header) return false
      if (columns.time < 0) {
        const seconds = times.seconds(line)
        if (Number.isNaN(seconds)) return true
        lineSeconds = seconds
        return false
      }
      return true
    },

    whyIncomplete(count) {
      if (count === 0) return 'it has a header and no rows'
      if (columns.pod < 0 && conflicts >= CONFLICTS.least && conflicts > rows * CONFLICTS.share)
        return replicasSay(table)
      for (const one of amounts.values()) {
        if (one?.withUnit)
          context.assume(`Numbers of ${quote(one.column.name)} name their units, such as ${quote(one.withUnit)}.`)
        if (one?.doubt) return one.doubt
      }
      if (times.assumedUtc) {
        context.assume('Times without a zone were taken as UTC; --time-zone names another one.')
      }
      return undefined
    },

    take(row, samples): Fate {
      rows++
      const fields = split(row)
      if (!fields) return { bad: 'a quote is not closed, or is inside a field' }
      while (fields.length > columns.count && fields.at(-1) === '') fields.pop()
      const timeText = columns.date < 0 ? fields[columns.time] : `${fields[columns.date]} ${fields[columns.time]}`
      const timestampSeconds = columns.time < 0 ? lineSeconds : times.seconds(timeText ?? '')
      if (Number.isNaN(timestampSeconds) && resembles(fields)) {
        rows--
        header = own(row)
        return 'header'
      }
      if (fields.length !== columns.count) {
        return { bad: `${fields.length} fields, but the header has ${columns.count}${hint(table, fields.length)}` }
      }
      if (Number.isNaN(timestampSeconds)) {
        return { bad: columns.time < 0 ? 'no line with a time is above it' : times.whyNot(timeText!) }
      }
      let cpuCores: number | string = Number.NaN
      let memoryBytes: number | string = Number.NaN
      if (columns.long) {
        const found = readLong(fields, columns.long)
        if (!found) return LEFT.others
        if (found.resource === 'cpu') cpuCores = found.value
        else memoryBytes = found.value
      } else {
        if (readers.cpu) cpuCores = readers.cpu.amounts.read(fields[readers.cpu.index]!)
        if (readers.memory) memoryBytes = readers.memory.amounts.read(fields[readers.memory.index]!)
      }
      if (typeof cpuCores === 'string') return { bad: cpuCores }
      if (typeof memoryBytes === 'string') return { bad: memoryBytes }
      const badShare = columns.badShare < 0 ? undefined : readShare(fields[columns.badShare]!, table.mark)
      if (typeof badShare === 'string') return { bad: badShare }

      let key = fields[identity[0]!]!
      for (let i = 1; i < identity.length; i++) key += `,${fields[identity[i]!]}`
      if (!last || key !== lastKey) {
        const its = series.get(key) ?? follow(key, fields)
        if (!its || typeof its === 'string' || !('seen' in its)) return its
        last = its
        lastKey = key
      }
      if (Number.isNaN(cpuCores) && Number.isNaN(memoryBytes)) return LEFT.gap
      if (timestampSeconds > context.endSeconds) return future(timestampSeconds)
      return use(last, timestampSeconds, { cpuCores, memoryBytes, badShare }, samples)
    },
  }

  function use(
    { container, pod, seen, replicas }: Series,
    timestampSeconds: number,
    { cpuCores, memoryBytes, badShare }: Pick<UsageSample, 'cpuCores' | 'memoryBytes' | 'badShare'>,
    samples: Parameters<RowReader['take']>[1],
  ): Fate {
    if (sameTime === 'pods') {
      const number = replicas.take(timestampSeconds)
      if (number === undefined) return 'again'
      if (!isInside(context.window, timestampSeconds)) return LEFT.outside
      const shared = { container, pod: pod || `replica-${number}`, timestampSeconds, cpuCores, memoryBytes }
      samples.push(badShare === undefined ? shared : { ...shared, badShare })
      return undefined
    }
    const what = seen.take(timestampSeconds, cpuCores, memoryBytes)
    if (what === 'earlier') return 'again'
    if (what === 'same') return LEFT.repeated
    if (what === 'other') return conflict()
    if (!isInside(context.window, timestampSeconds)) return LEFT.outside
    const sample = { container, pod, timestampSeconds, cpuCores: seen.newCores, memoryBytes: seen.newBytes }
    samples.push(badShare === undefined ? sample : { ...sample, badShare })
    return undefined
  }
}

/** The share in a cell, 0..1; undefined for a gap. Returns why the cell is bad as a text. */
function readShare(cell: string, mark: Table['mark']): number | undefined | string {
  if (isGap(cell)) return undefined
  const share = numberIn(cell, mark)
  return share >= 0 && share <= 1 ? share : `bad_share is ${quote(cell)}: expected a share from 0 to 1`
}

/** Columns that identify a series, with those that tell its cluster. */
function identityOf(
  { path, selection }: ReaderContext,
  columns: Columns,
): [identity: readonly number[], clusters: readonly ClusterColumn[]] {
  const clusters = clusterColumns(path, columns, selection)
  return [[...new Set([...identityColumns(columns), ...clusters.map(({ index }) => index)])], clusters]
}

function replicasSay({ columns }: Table): string {
  const others = unusedColumns(columns)
  const such = others.length > 0 ? ` (such as --columns pod="${others[0]}")` : ''
  return (
    'several rows of one container have the same time and other values: several Pods seem to share its name. Add a column ' +
    `"pod" with the name of each Pod, or name the one that has it with --columns pod=NAME${such}. Without one, say ` +
    '--same-time pods if these rows are of several Pods, or --same-time first if each repeats the first of its time'
  )
}

/** What may be wrong with rows that all have too many fields. */
function hint({ delimiter, columns, mark }: Table, count: number): string {
  const isLikely = delimiter === ',' && mark !== ',' && count > columns.count && count <= columns.count + 2
  if (isLikely) return ': if its numbers have decimal commas, quote them or separate fields by semicolons'
  return delimiter === ALIGNED ? ': a field must not contain spaces' : ''
}
