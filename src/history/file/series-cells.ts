import { SERIES } from './exposition.ts'
import type { SplitFields } from './fields.ts'

/** Columns of a table with one row for each value, and the whole series in a cell, as Grafana's "Series to rows" creates it. */
export interface SeriesCells {
  readonly time: number
  readonly series: number
  readonly value: number
}

/** Finds the columns if the first row has a time, a series of Prometheus and a value; undefined if it does not. */
export function seriesCellsIn(
  names: readonly string[],
  split: SplitFields,
  below: readonly string[],
): SeriesCells | undefined {
  const first = below.find((line) => line.trim() !== '')
  const cells = first === undefined ? undefined : split(first)
  const series = cells?.findIndex((cell) => SERIES.test(cell)) ?? -1
  const time = names.findIndex((name) => /^(?:time|timestamp|date)$/i.test(name))
  const value = names.findIndex((name) => /^value\b/i.test(name))
  return series >= 0 && time >= 0 && value >= 0 && names.length <= 4 ? { time, series, value } : undefined
}
