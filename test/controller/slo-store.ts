import type { TestContext } from 'node:test'
import { json, type Store, startStore } from '../prometheus/store.ts'

/** Requests of a Pod in a window of this many seconds that ends at a time. */
export type RequestsOf = (
  pod: string,
  windowSeconds: number,
  atSeconds: number,
) => { readonly bad: number; readonly total: number }

export interface SloStore extends Store {
  /** Answers with this status from now on; undefined for answers with data. */
  refuseWith: number | undefined
  /** Namespace that is refused; all if undefined. */
  refusedNamespace: string | undefined
  /** Whether the store has no series yet. */
  isEmpty: boolean
}

const NAMES = ['http_request_duration_seconds_bucket', 'http_requests_total']

/** A Prometheus with an HTTP histogram and counter of some Pods, for the queries of the SLO reader. */
export async function startSloStore(
  t: TestContext,
  pods: () => readonly string[],
  requestsOf: RequestsOf,
): Promise<SloStore> {
  const store: Pick<SloStore, 'refuseWith' | 'refusedNamespace' | 'isEmpty'> = {
    refuseWith: undefined,
    refusedNamespace: undefined,
    isEmpty: false,
  }
  const server = await startStore(t, ({ query, end }, response) => {
    const isRefused = store.refusedNamespace === undefined || query.includes(`"${store.refusedNamespace}"`)
    if (store.refuseWith !== undefined && isRefused)
      return json(response, { status: 'error', error: 'no' }, store.refuseWith)
    if (store.isEmpty) return json(response, { status: 'success', data: { resultType: 'vector', result: [] } })
    const result = query.startsWith('count by (__name__,le)')
      ? [
          ...['0.1', '0.25', '+Inf'].map((le) => ({ metric: { __name__: NAMES[0]!, le }, value: [end, '1'] })),
          { metric: { __name__: NAMES[1]! }, value: [end, '1'] },
        ]
      : [...query.matchAll(/(\w+)\{[^}]*\}\[(\d+)s\].*?,"plimsoll_part","(\d+ \w+)"/g)].flatMap(
          ([, name, seconds, part]) =>
            pods().flatMap((pod) => rows(name!, pod, part!, requestsOf(pod, Number(seconds), end), end)),
        )
    json(response, { status: 'success', data: { resultType: 'vector', result } })
  })
  return Object.assign(store, server)
}

function rows(name: string, pod: string, part: string, { bad, total }: { bad: number; total: number }, at: number) {
  const of = (labels: object, value: number) => ({
    metric: { namespace: 'shop', pod, plimsoll_part: part, ...labels },
    value: [at, String(value)],
  })
  if (name.endsWith('_bucket')) return [of({ le: '+Inf' }, total), of({ le: '0.25' }, total - bad)]
  return [of({ code: '200' }, total - bad), of({ code: '500' }, bad)]
}
