import { until } from '../harness/index.ts'
import { type Counters, readCounters, type ServicePod } from './service.ts'

/** At most `badShare` of the requests take longer than `edgeSeconds`, which is an edge of the service's buckets. */
export interface LatencyObjective {
  readonly edgeSeconds: number
  readonly badShare: number
}

/** Requests that are looked at. */
const REQUESTS = 800
/** After so many, far too many bad ones say enough. */
const FEW_REQUESTS = 150
const FAR_TOO_MANY = 5

/** The share of a Pod's requests from now on that are slow. */
export async function measureBadShare(pod: ServicePod, { edgeSeconds, badShare }: LatencyObjective): Promise<number> {
  const before = await readCounters(pod)
  return await until(
    `${REQUESTS} requests`,
    async () => {
      const { requests, bad } = badBetween(before, await readCounters(pod), edgeSeconds)
      const isHopeless = requests >= FEW_REQUESTS && bad / requests > FAR_TOO_MANY * badShare
      return (requests >= REQUESTS || isHopeless) && bad / requests
    },
    { everyMilliseconds: 250 },
  )
}

export function badBetween(before: Counters, after: Counters, edgeSeconds: number): { requests: number; bad: number } {
  const within = ({ within }: Counters) => within.get(edgeSeconds) ?? 0
  const requests = after.requests - before.requests
  return { requests, bad: requests - (within(after) - within(before)) }
}
