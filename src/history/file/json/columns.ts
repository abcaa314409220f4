import { isObject } from '../../../resources/index.ts'
import type { Item } from './item.ts'

type Fields = Readonly<Record<string, unknown>>

/** Tables that are written column by column, or with separate names: pandas, polars and others. */
export function recordsOfColumns(value: Fields): Iterable<Item> | undefined {
  return ofSplit(value) ?? ofSchema(value) ?? ofColumns(value)
}

/** `to_json(orient="split")`: {"columns": […], "index": […], "data": [[…], …]}. */
function ofSplit({ columns, index, data }: Fields): Iterable<Item> | undefined {
  if (!Array.isArray(columns) || !Array.isArray(data) || !data.every(Array.isArray)) return undefined
  const names = columns.map((column) => (Array.isArray(column) ? column.join('.') : String(column)))
  return data.map((row, i) => {
    const indexed = Array.isArray(index) ? { index: index[i] } : {}
    return { record: { ...indexed, ...Object.fromEntries(names.map((name, at) => [name, row[at]])) } }
  })
}

/** `to_json(orient="table")`: {"schema": {"fields": […]}, "data": [{…}, …]}. */
function ofSchema({ schema, data }: Fields): Iterable<Item> | undefined {
  if (!isObject(schema) || !Array.isArray(data) || !data.every(isObject)) return undefined
  return data.map((record) => ({ record }))
}

/** `to_json()`: {"column": {"0": …, "1": …}, …}; or a list for each column. */
function ofColumns(value: Fields): Iterable<Item> | undefined {
  const columns = Object.entries(value)
  if (columns.length < 2) return undefined
  const isScalar = (one: unknown) => typeof one !== 'object' || one === null
  const first = columns[0]![1]
  if (Array.isArray(first)) {
    const isTable = columns.every(([, one]) => Array.isArray(one) && one.length === first.length && one.every(isScalar))
    return isTable ? first.map((_, i) => ({ record: cells(columns, i) })) : undefined
  }
  if (!isObject(first)) return undefined
  const rows = Object.keys(first)
  const isTable = columns.every(
    ([, one]) => isObject(one) && Object.keys(one).length === rows.length && Object.values(one).every(isScalar),
  )
  return isTable && rows.length > 0
    ? rows.map((row) => ({ record: { index: row, ...cells(columns, row) } }))
    : undefined
}

function cells(columns: readonly (readonly [string, unknown])[], row: string | number): Fields {
  return Object.fromEntries(columns.map(([name, column]) => [name, (column as Record<string | number, unknown>)[row]]))
}
