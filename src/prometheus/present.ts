import type { Labels, TimeWindow } from '../history/index.ts'
import { intervalOf } from './scrape-interval.ts'
import { type Present, presentQuery, seriesQuery, stateSamplesQuery } from './signal-queries.ts'
import type { StoreReader } from './store-reader.ts'

const STEP_SECONDS = 300
const DAY_SECONDS = 86_400
const HOUR_SECONDS = 3600

/**
 * The time at which to query current state: now, or the last time with data. A store may be delayed, for example if blocks are uploaded
 * every two hours, or if values become stale between infrequent scrapes.
 */
export async function findPresent(reader: StoreReader, { fromSeconds, toSeconds }: TimeWindow): Promise<Present> {
  const scope: { labels: Labels } = { labels: reader.labels }
  for (const what of ['requests', 'phases'] as const)
    if ((await reader.at(seriesQuery(what, scope), toSeconds)).length > 0) return { seconds: toSeconds }
  const last = await lastSeen(reader, Math.max(fromSeconds, toSeconds - DAY_SECONDS), toSeconds)
  if (last === undefined) return { seconds: toSeconds }
  const [most] = await reader.at(stateSamplesQuery(scope), last)
  const interval = most && most.value >= 2 ? intervalOf(HOUR_SECONDS, most.value) : HOUR_SECONDS
  return { seconds: last, lookBackSeconds: Math.max(STEP_SECONDS, 2.5 * interval) }
}

async function lastSeen(reader: StoreReader, fromSeconds: number, toSeconds: number): Promise<number | undefined> {
  const query = presentQuery({ labels: reader.labels })
  let last: number | undefined
  for await (const { loaded } of reader.spans({ fromSeconds, toSeconds: toSeconds + STEP_SECONDS }, (span) =>
    reader.range(query, span, STEP_SECONDS),
  )) {
    for (const { seconds } of loaded) last = Math.max(last ?? 0, seconds.at(-1) ?? 0)
  }
  return last || undefined
}
