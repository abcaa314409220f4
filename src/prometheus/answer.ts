import { z } from 'zod'
import type { Labels, TimeWindow } from '../history/index.ts'
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
const Amounts = z.object({
  resultType: z.literal('vector'),
  result: series({ value: z.tuple([z.number(), z.string()]) }),
})

/** A series of a range query, in order of time (Unix seconds), without values that are not finite. */
export interface RangeSeries {
  readonly labels: Labels
  readonly seconds: Float64Array
  readonly values: Float64Array
  /** Numbers of points that were left out. */
  readonly left: Readonly<Record<PointLeftOut, number>>
}

/** Why a point is left out when it is read. */
export type PointLeftOut = 'malformed' | 'outOfOrder' | 'outsideTheWindow' | 'notFinite'

const ALWAYS: TimeWindow = { fromSeconds: Number.NEGATIVE_INFINITY, toSeconds: Number.POSITIVE_INFINITY }

/** A series of an instant query. */
export interface Amount {
  readonly labels: Labels
  readonly value: number
}

/** Parses an answer of the HTTP API; undefined if the text is not one, or is nested deeper than any answer. */
export function parseEnvelope(text: string): Envelope | undefined {
  try {
    return Envelope.safeParse(parseJson(text)).data
  } catch {
    return undefined
  }
}

/**
 * Series of a range query; undefined if the data is not an answer to one.
 *
 * @param window queried time: points outside of it are left out
 */
export function parseMatrix(data: unknown, window: TimeWindow = ALWAYS): RangeSeries[] | undefined {
  const parsed = Matrix.safeParse(data)
  return parsed.data && (parsed.data.result ?? []).map(({ metric, values }) => compact(metric, values, window))
}

/** Values of an instant query, without those that are not finite; undefined if the data is not an answer to one. */
export function parseAmounts(data: unknown): Amount[] | undefined {
  return parseAllAmounts(data)?.filter(({ value }) => Number.isFinite(value))
}

/** Values of an instant query; NaN replaces values that are not finite. Undefined if the data is not an answer to one. */
export function parseAllAmounts(data: unknown): Amount[] | undefined {
  const parsed = Amounts.safeParse(data)
  return (
    parsed.data &&
    (parsed.data.result ?? []).map(({ metric, value: [, text] }) => {
      const value = text === '' ? Number.NaN : Number(text)
      return { labels: metric, value: Number.isFinite(value) ? value : Number.NaN }
    })
  )
}

/**
 * Turns points `[[seconds, "value"], …]` into typed arrays, which take a tenth of the memory. Leaves out and counts points outside the
 * window, values that are not finite, and times that are not in order.
 */
function compact(labels: Labels, points: readonly unknown[], { fromSeconds, toSeconds }: TimeWindow): RangeSeries {
  const seconds = new Float64Array(points.length)
  const values = new Float64Array(points.length)
  const left = { malformed: 0, outOfOrder: 0, outsideTheWindow: 0, notFinite: 0 }
  let count = 0
  for (const point of points) {
    if (!Array.isArray(point) || typeof point[0] !== 'number' || typeof point[1] !== 'string' || point[1] === '') {
      left.malformed++
      continue
    }
    const [time, text]: [number, string] = [point[0], point[1]]
    const value = Number(text)
    // `Number` returns NaN for a text that is not a number.
    if (!Number.isFinite(value)) left[/^(?:NaN|[+-]?Inf)$/.test(text) ? 'notFinite' : 'malformed']++
    else if (!(time >= fromSeconds && time < toSeconds)) left.outsideTheWindow++
    else if (count > 0 && time <= seconds[count - 1]!) left.outOfOrder++
    else {
      seconds[count] = time
      values[count] = value
      count++
    }
  }
  return { labels, seconds: seconds.subarray(0, count), values: values.subarray(0, count), left }
}
