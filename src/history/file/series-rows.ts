import { LRUCache } from 'lru-cache'
import type { SeriesTable } from './layout.ts'
import { future, LEFT, type ReaderContext, type RowReader } from './row-reader.ts'
import type { SeriesCells } from './series-cells.ts'
import { type SeriesColumn, seriesColumn, whyNoSeries } from './series-columns.ts'

const MOST_SERIES = 100_000

/** Reader of a table with a row for each value and the whole series in a cell. */
export function seriesRowsReader(context: ReaderContext, table: SeriesTable, cells: SeriesCells): RowReader {
  const known = new LRUCache<string, { readonly column: SeriesColumn | undefined }>({ max: MOST_SERIES })
  let used = 0
  return {
    isRow: (line) => line !== table.header,
    whyIncomplete(rows) {
      if (rows === 0) return 'it has a header and no rows'
      if (used === 0) return whyNoSeries('row')
      if (table.times.assumedUtc)
        context.assume('Times without a zone were taken as UTC; --time-zone names another one.')
      for (const { column } of known.values()) if (column?.amounts.doubt) return column.amounts.doubt
      return undefined
    },
    take(row, samples) {
      const fields = table.split(row)
      if (!fields) return { bad: 'a quote is not closed, or is inside a field' }
      const [time, series, value] = [fields[cells.time], fields[cells.series], fields[cells.value]]
      if (time === undefined || series === undefined || value === undefined) return { bad: `${fields.length} fields` }
      const timestampSeconds = table.times.seconds(time)
      if (Number.isNaN(timestampSeconds)) return { bad: table.times.whyNot(time) }
      const its = known.get(series) ?? { column: seriesColumn(context, table, series) }
      known.set(series, its)
      if (!its.column) return LEFT.others
      used++
      const amount = its.column.amounts.read(value)
      if (typeof amount === 'string') return { bad: amount }
      if (Number.isNaN(amount)) return LEFT.gap
      if (timestampSeconds > context.endSeconds) return future(timestampSeconds)
      return its.column.use(context, timestampSeconds, amount, samples)
    },
  }
}
