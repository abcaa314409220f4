import { z } from 'zod'
import type { Labels, TimeWindow } from '../history/index.ts'
import { parseJson } from '../parsing/index.ts'
import type { RangeSeries } from '../prometheus/index.ts'

/** A series of an answer, by the tags of its group. */
export interface Group extends RangeSeries {
  /** Which of the queries it answers, from 0. */
  readonly query: number
}

// Values are checked as they are read: there may be half a million of them.
const List = z.custom<readonly unknown[]>(Array.isArray)
const Answer = z.object({
  data: z
    .object({
      attributes: z.object({
        times: List.nullish(),
        values: z.array(List).nullish(),
        series: z
          .array(z.object({ group_tags: z.array(z.string()).nullish(), query_index: z.number().int().nullish() }))
          .nullish(),
      }),
    })
    .nullish(),
  errors: z.union([z.string(), z.array(z.string())]).nullish(),
})

/** What Datadog says is wrong; undefined if the text is not JSON, or says nothing. */
export function errorsIn(text: string): string | undefined {
  const { errors } = parse(text) ?? {}
  return [errors ?? []].flat().join('; ') || undefined
}

/**
 * Series of an answer of `POST /api/v2/query/timeseries`; undefined if the text is not one.
 *
 * A value is of the step that begins at its time. The series here have the time at which the step ends, as other sources do.
 *
 * @param window times of the steps' ends that were asked for; others are left out
 */
export function parseGroups(text: string, window: TimeWindow, stepSeconds: number): Group[] | undefined {
  const attributes = parse(text)?.data?.attributes
  if (!attributes) return undefined
  const { times, values, series } = attributes
  const ends = (times ?? []).map((time) => endOf(time, stepSeconds))
  const lists = values ?? []
  if (lists.length !== (series ?? []).length || lists.some((list) => list.length !== ends.length)) return undefined
  return (series ?? []).map(({ group_tags, query_index }, i) => ({
    ...compact(ends, lists[i]!, window),
    query: query_index ?? 0,
    labels: labelsOf(group_tags ?? []),
  }))
}

function parse(text: string): z.infer<typeof Answer> | undefined {
  try {
    return Answer.safeParse(parseJson(text)).data
  } catch {
    return undefined
  }
}

/** Times later than this are milliseconds: the documentation says seconds, and its examples are milliseconds. */
const LATEST_SECONDS = 1e11

function endOf(time: unknown, stepSeconds: number): number {
  if (typeof time !== 'number') return Number.NaN
  return (time > LATEST_SECONDS ? time / 1000 : time) + stepSeconds
}

/** Tags as labels. A group of series without a tag has the value `N/A`. */
function labelsOf(tags: readonly string[]): Labels {
  return Object.fromEntries(
    tags.flatMap((tag) => {
      const colon = tag.indexOf(':')
      const value = tag.slice(colon + 1)
      return colon > 0 && value !== 'N/A' && value !== '' ? [[tag.slice(0, colon), value]] : []
    }),
  )
}

function compact(
  ends: readonly number[],
  list: readonly unknown[],
  { fromSeconds, toSeconds }: TimeWindow,
): Omit<RangeSeries, 'labels'> {
  const seconds = new Float64Array(list.length)
  const values = new Float64Array(list.length)
  const left = { malformed: 0, outOfOrder: 0, outsideTheWindow: 0, notFinite: 0 }
  let count = 0
  for (const [i, value] of list.entries()) {
    if (value === null) continue
    const end = ends[i]!
    if (typeof value !== 'number' || Number.isNaN(end)) left.malformed++
    else if (!(end >= fromSeconds && end < toSeconds)) left.outsideTheWindow++
    else if (count > 0 && end <= seconds[count - 1]!) left.outOfOrder++
    else {
      seconds[count] = end
      values[count] = value
      count++
    }
  }
  return { seconds: seconds.subarray(0, count), values: values.subarray(0, count), left }
}
