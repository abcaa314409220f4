import { isObject } from '../../../resources/index.ts'
import { quote } from '../../quote.ts'
import { recordsOfColumns } from './columns.ts'
import { seriesOfFrame } from './frames.ts'
import type { Item } from './item.ts'
import { recordsOfMetricsApi } from './metrics-list.ts'

type Fields = Readonly<Record<string, unknown>>

/** Maximum nesting of wrappers: `{"data": {"result": […]}}` has two. */
const MOST_WRAPPERS = 6

/**
 * Usage in a JSON value: the answers of the HTTP APIs of Prometheus, VictoriaMetrics, InfluxDB, Grafana, Datadog, Google Cloud and
 * Elasticsearch, of the Kubernetes metrics API, and the tables of pandas, BigQuery and others.
 */
export function* itemsIn(value: unknown, wrappers = 0): Generator<Item> {
  if (Array.isArray(value)) {
    for (const one of value) {
      if (isObject(one)) yield* itemsIn(one, wrappers)
      else yield { bad: `not a record: ${quote(JSON.stringify(one))}` }
    }
    return
  }
  if (!isObject(value)) {
    yield { bad: `not a record: ${quote(JSON.stringify(value))}` }
    return
  }
  if (value.status === 'error' && typeof value.error === 'string') {
    yield { bad: `the answer of a store that failed: ${quote(value.error, 200)}` }
    return
  }
  if (value.isPartial === true) yield { says: 'The store says that its answer is incomplete.' }
  if (Array.isArray(value.warnings))
    for (const text of value.warnings) yield { says: `The store warns: ${quote(String(text), 200)}.` }
  for (const shape of SHAPES) {
    const found = shape(value)
    if (found) {
      yield* found
      return
    }
  }
  const inside = wrappers < MOST_WRAPPERS ? wrapped(value) : undefined
  if (inside === undefined) yield { record: value }
  else yield* itemsIn(inside, wrappers + 1)
}

/** Reads an object of one shape; undefined if it has another shape. */
type Shape = (value: Fields) => Iterable<Item> | undefined

const SHAPES: readonly Shape[] = [
  ofPrometheus,
  ofVictoriaMetrics,
  ofInflux,
  seriesOfFrame,
  ofDatadog,
  ofGoogleCloud,
  recordsOfMetricsApi,
  ofElasticsearch,
  recordsOfColumns,
]

/** A series of Prometheus: `{"metric": {…}, "values": [[time, "value"], …]}`, or "value" with one point. */
function ofPrometheus({ metric, values, value, timestamps }: Fields): Iterable<Item> | undefined {
  if (!isObject(metric) || timestamps !== undefined) return undefined
  if (Array.isArray(values)) return [{ series: { labels: metric, points: values } }]
  return Array.isArray(value) ? [{ series: { labels: metric, points: [value] } }] : undefined
}

/** Output of /api/v1/export of VictoriaMetrics: times in milliseconds, and a list of values. */
function ofVictoriaMetrics({ metric, values, timestamps }: Fields): Iterable<Item> | undefined {
  if (!isObject(metric) || !Array.isArray(values) || !Array.isArray(timestamps)) return undefined
  const length = Math.max(values.length, timestamps.length)
  return [{ series: { labels: metric, points: Array.from({ length }, (_, i) => [timestamps[i], values[i]]) } }]
}

/** Answer of the API of InfluxDB 1: `{"name", "tags", "columns", "values"}`. */
function ofInflux({ name, tags, columns, values }: Fields): Iterable<Item> | undefined {
  if (!Array.isArray(columns) || !Array.isArray(values)) return undefined
  return values.map((row) => {
    if (!Array.isArray(row)) return { bad: 'a row that is not a list' }
    const cells = columns.map((column, i) => [String(column), row[i]] as const)
    const measurement = typeof name === 'string' ? { _measurement: name } : {}
    return { record: { ...measurement, ...(isObject(tags) ? tags : {}), ...Object.fromEntries(cells) } }
  })
}

/** Answer of Datadog's query API: `{"metric", "scope" or "tag_set", "pointlist": [[milliseconds, value], …]}`. */
function ofDatadog({ metric, scope, tag_set, pointlist }: Fields): Iterable<Item> | undefined {
  if (typeof metric !== 'string' || !Array.isArray(pointlist)) return undefined
  const tags = Array.isArray(tag_set) && tag_set.length > 0 ? tag_set : String(scope ?? '').split(',')
  const labels = tags.flatMap((tag) => {
    const colon = String(tag).indexOf(':')
    return colon > 0 ? [[String(tag).slice(0, colon), String(tag).slice(colon + 1)] as const] : []
  })
  return [{ series: { labels: { ...Object.fromEntries(labels), __name__: metric }, points: pointlist } }]
}

/** Answer of Cloud Monitoring: `{"metric": {"type"}, "resource": {"labels"}, "points": [{"interval", "value"}, …]}`. */
function ofGoogleCloud({ metric, resource, metadata, points }: Fields): Iterable<Item> | undefined {
  if (!isObject(metric) || !Array.isArray(points)) return undefined
  const of = (value: unknown, field: string) => (isObject(value) && isObject(value[field]) ? value[field] : {})
  const labels = {
    ...of(metadata, 'systemLabels'),
    ...of(metadata, 'userLabels'),
    ...of(metric, 'labels'),
    ...of(resource, 'labels'),
    __name__: metric.type,
  }
  const pairs = points.map((point) => {
    if (!isObject(point) || !isObject(point.interval) || !isObject(point.value)) return point
    return [point.interval.endTime, Object.values(point.value)[0]]
  })
  return [{ series: { labels, points: pairs } }]
}

/** A hit of Elasticsearch: the stored document is in `_source`. */
function ofElasticsearch({ _source, fields, _index }: Fields): Iterable<Item> | undefined {
  if (_index === undefined) return undefined
  const stored = isObject(_source) ? _source : fields
  return isObject(stored) ? [{ record: stored }] : undefined
}

/** Wrapper of records and series in answers of APIs: a list or an object under a common name, or the only list of objects. */
function wrapped(value: Fields): unknown {
  const isList = (one: unknown) => Array.isArray(one) && one.every(isObject)
  const inside = Object.entries(value).filter(([, one]) => isList(one) || isObject(one))
  const usual = inside.filter(([name]) => WRAPPERS.has(name))
  if (usual.length > 1) return undefined
  // Grafana has the answer of each query under the query's name.
  if (usual[0]) return usual[0][0] === 'results' && isObject(usual[0][1]) ? Object.values(usual[0][1]) : usual[0][1]
  const [only, other] = inside.filter(([, one]) => Array.isArray(one) && one.length > 0)
  // An object with a list and other values is a record.
  return only && !other && Object.values(value).every((one) => typeof one === 'object') ? only[1] : undefined
}

const WRAPPERS: ReadonlySet<string> = new Set([
  ...['data', 'result', 'results', 'series', 'timeSeries', 'hits', 'items', 'rows', 'records', 'frames'],
])
