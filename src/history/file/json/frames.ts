import { isObject } from '../../../resources/index.ts'
import type { Item } from './item.ts'

interface Field {
  readonly name: unknown
  readonly type: unknown
  readonly labels: unknown
  readonly values: readonly unknown[]
}

/**
 * A data frame of Grafana, from "Inspect > JSON" or its API: fields with lists of values. A field with labels is a series; fields
 * without labels are the columns of a table.
 */
export function seriesOfFrame(value: Readonly<Record<string, unknown>>): Iterable<Item> | undefined {
  const fields = fieldsOf(value)
  if (!fields) return undefined
  const time = fields.find(({ type, name }) => type === 'time' || /^time$/i.test(String(name)))
  const series = fields.filter(
    (field) => field !== time && isObject(field.labels) && Object.keys(field.labels).length > 0,
  )
  if (time && series.length > 0) {
    return series.map(({ name, labels, values }) => ({
      series: {
        labels: { ...(isMetricName(name) && { __name__: name }), ...(labels as object) },
        points: values.map((one, i) => [time.values[i], one]),
      },
    }))
  }
  const length = Math.max(...fields.map(({ values }) => values.length))
  return Array.from({ length }, (_, i) => ({
    record: Object.fromEntries(fields.map(({ name, values }) => [String(name), values[i]])),
  }))
}

function fieldsOf({ schema, data, fields }: Readonly<Record<string, unknown>>): readonly Field[] | undefined {
  const heads = isObject(schema) ? schema.fields : fields
  if (!Array.isArray(heads) || heads.length === 0) return undefined
  const lists = isObject(data) && Array.isArray(data.values) ? data.values : undefined
  const found = heads.map((head, i) => {
    if (!isObject(head)) return undefined
    const values = lists ? lists[i] : head.values
    return Array.isArray(values) ? { name: head.name, type: head.type, labels: head.labels, values } : undefined
  })
  return found.every((field) => field !== undefined) ? found : undefined
}

/** Grafana calls a series without a name "Value". */
function isMetricName(name: unknown): boolean {
  return typeof name === 'string' && /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name) && !/^value$/i.test(name)
}
