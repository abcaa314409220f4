import { z } from 'zod'
import type { Labels } from '../history/index.ts'
import { parseJson } from '../parsing/index.ts'

/** Envelope of every answer of the HTTP API. */
const Envelope = z.object({
  status: z.enum(['success', 'error']),
  data: z.unknown().optional(),
  errorType: z.string().optional(),
  error: z.string().optional(),
  warnings: z.array(z.string()).nullish(),
  /** True if some nodes did not answer (VictoriaMetrics only). */
  isPartial: z.boolean().nullish(),
})
export type Envelope = z.infer<typeof Envelope>

// Points are checked as they are read: there may be half a million of them.
const Points = z.custom<readonly unknown[]>(Array.isArray)
const series = <T extends z.ZodRawShape>(shape: T) =>
  z.array(z.object({ metric: z.record(z.string(), z.string()), ...shape })).nullable()
const Matrix = z.object({ resultType: z.literal('matrix'), result: series({ values: Points }) })
const Vector = z.object({ resultType: z.literal('vector'), result: series({}) })
const Amounts = z.object({
  resultType: z.literal('vector'),
  result: series({ value: z.tuple([z.number(), z.string()]) }),
})

/** A series of a range query. Times (Unix seconds) rise; values that are not finite are left out. */
export interface RangeSeries {
  readonly labels: Labels
  readonly seconds: Float64Array
  readonly values: Float64Array
}

/** A series of an instant query. */
export interface Amount {
  readonly labels: Labels
  readonly value: number
}

/** Parses an answer of the HTTP API; undefined if the text is none, or nests deeper than any answer. */
export function parseEnvelope(text: string): Envelope | undefined {
  try {
    return Envelope.safeParse(parseJson(text)).data
  } catch {
    return undefined
  }
}

/** Series of a range query; undefined if the data is no answer to one. */
export function parseMatrix(data: unknown): RangeSeries[] | undefined {
  const parsed = Matrix.safeParse(data)
  return parsed.data && (parsed.data.result ?? []).map(({ metric, values }) => compact(metric, values))
}

/** Labels of each series; undefined if the data is no answer to an instant query. */
export function parseVector(data: unknown): Labels[] | undefined {
  const parsed = Vector.safeParse(data)
  return parsed.data && (parsed.data.result ?? []).map(({ metric }) => metric)
}

/** Values of an instant query, without those that are not finite; undefined if the data is no answer to one. */
export function parseAmounts(data: unknown): Amount[] | undefined {
  const parsed = Amounts.safeParse(data)
  return (
    parsed.data &&
    (parsed.data.result ?? [])
      .map(({ metric, value: [, text] }) => ({ labels: metric, value: Number(text) }))
      .filter(({ value }) => Number.isFinite(value))
  )
}

/**
 * Turns points `[[seconds, "value"], …]` into typed arrays, in a tenth of the memory. Leaves out values that are not finite and
 * times that do not rise.
 */
function compact(labels: Labels, points: readonly unknown[]): RangeSeries {
  const seconds = new Float64Array(points.length)
  const values = new Float64Array(points.length)
  let count = 0
  for (const point of points) {
    if (!Array.isArray(point) || typeof point[0] !== 'number' || typeof point[1] !== 'string') continue
    const value = Number(point[1])
    if (!Number.isFinite(value) || point[1] === '') continue
    if (count > 0 && point[0] <= seconds[count - 1]!) continue
    seconds[count] = point[0]
    values[count] = value
    count++
  }
  return { labels, seconds: seconds.subarray(0, count), values: values.subarray(0, count) }
}
