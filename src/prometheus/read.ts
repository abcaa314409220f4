import { HistoryError, type TimeWindow } from '../history/index.ts'
import { type Amount, parseAllAmounts, parseAmounts, parseMatrix, type RangeSeries } from './answer.ts'
import type { Api } from './api.ts'

/**
 * Answers of the store, by kind of query.
 *
 * Each function throws what `Api.get` throws, and HistoryError if the answer is data of another kind than asked for.
 */

/** Value of each series at one time (Unix seconds). */
export async function readAmounts(api: Api, query: string, atSeconds: number): Promise<Amount[]> {
  return parseAmounts(await api.get('query', { query, time: atSeconds })) ?? notData(api)
}

/** The same with NaN for each series whose value is not finite. */
export async function readAllAmounts(api: Api, query: string, atSeconds: number): Promise<Amount[]> {
  return parseAllAmounts(await api.get('query', { query, time: atSeconds })) ?? notData(api)
}

/** Points of each series, one for each step of the window. The end of the window is excluded. */
export async function readRange(
  api: Api,
  query: string,
  { fromSeconds, toSeconds }: TimeWindow,
  stepSeconds: number,
): Promise<RangeSeries[]> {
  // The API includes the end.
  const asked = { query, start: fromSeconds, end: toSeconds - stepSeconds, step: stepSeconds }
  return parseMatrix(await api.get('query_range', asked), { fromSeconds, toSeconds }) ?? notData(api)
}

function notData({ name }: Api): never {
  throw new HistoryError(`${name} answered with data of another kind than requested: check the address`)
}
