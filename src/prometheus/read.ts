import { HistoryError, type Labels, type TimeWindow } from '../history/index.ts'
import { type Amount, parseAmounts, parseMatrix, parseVector, type RangeSeries } from './answer.ts'
import type { Api } from './api.ts'

/**
 * Answers of the store, by the kind of query.
 *
 * Each function throws what the API throws, and HistoryError where the answer is data of another kind than asked for.
 */

/** The value of each series at one time, Unix seconds. */
export async function readAmounts(api: Api, query: string, atSeconds: number): Promise<Amount[]> {
  return parseAmounts(await api.get('query', { query, time: atSeconds })) ?? notData(api)
}

/** The labels of each series at one time, Unix seconds. */
export async function readLabels(api: Api, query: string, atSeconds: number): Promise<Labels[]> {
  return parseVector(await api.get('query', { query, time: atSeconds })) ?? notData(api)
}

/** A point for each step of the window, whose end is not part of it. */
export async function readRange(
  api: Api,
  query: string,
  { fromSeconds, toSeconds }: TimeWindow,
  stepSeconds: number,
): Promise<RangeSeries[]> {
  // The end is a point of its own in the API.
  const asked = { query, start: fromSeconds, end: toSeconds - stepSeconds, step: stepSeconds }
  return parseMatrix(await api.get('query_range', asked)) ?? notData(api)
}

function notData({ name }: Api): never {
  throw new HistoryError(`${name} answered with data of another kind than asked for: check the address`)
}
