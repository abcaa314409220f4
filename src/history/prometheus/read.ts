import { type Labels, OWNER_METRICS, PodOwners } from '../owners.ts'
import { HistoryError, type TimeWindow } from '../source.ts'
import { type Amount, parseAmounts, parseMatrix, parseVector, type RangeSeries } from './answer.ts'
import type { Api } from './api.ts'
import { ownersQuery } from './queries.ts'

/**
 * What the store answers, by the kind of the question.
 *
 * Each throws what the API throws, and HistoryError where the answer is data of another kind than asked for.
 */

/** The values at one time, Unix seconds. */
export async function readAmounts(api: Api, query: string, atSeconds: number): Promise<Amount[]> {
  return parseAmounts(await api.get('query', { query, time: atSeconds })) ?? notData(api)
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

/** Whose the Pods were that were there in the window. */
export async function readOwners(
  api: Api,
  namespace: string,
  also: Labels,
  { fromSeconds, toSeconds }: TimeWindow,
): Promise<PodOwners> {
  const owners = new PodOwners()
  const range = Math.ceil(toSeconds - fromSeconds)
  for (const metric of OWNER_METRICS) {
    const query = ownersQuery(metric, namespace, also, range)
    const series = parseVector(await api.get('query', { query, time: toSeconds })) ?? notData(api)
    for (const labels of series) owners.add(metric, labels)
  }
  return owners
}

function notData({ name }: Api): never {
  throw new HistoryError(`${name} answered with data of another kind than asked for: check the address`)
}
