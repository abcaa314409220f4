import { until } from '../harness/index.ts'
import { type Counters, readCounters, type ServicePod } from './service.ts'

/** At most `badShare` of the requests take longer than `edgeSeconds`, which is an edge of the service's buckets. */
export interface LatencyObjective {
  readonly edgeSeconds: number
  readonly badShare: number
}

/** Number of requests to look at: slow requests come in groups, so a share close to the limit takes more. */
const REQUESTS = { clear: 400, usually: 800, close: 1400 } as const
const CLEAR = { below: 0.3, above: 2 } as const
const CLOSE = { from: 0.5, to: 1.5 } as const
/** After this many requests, a share of `FAR_TOO_MANY` times the limit is certain enough. */
const FEW_REQUESTS = 150
const FAR_TOO_MANY = 5

/** Measures the share of slow requests of a Pod, from now on. */
export async function measureBadShare(pod: ServicePod, { edgeSeconds, badShare }: LatencyObjective): Promise<number> {
  const before = await readCounters(pod)
  return await until(
    `${REQUESTS.close} requests`,
    async () => {
      const { requests, bad } = badBetween(before, await readCounters(pod), edgeSeconds)
      const times = bad / requests / badShare
      const isHopeless = requests >= FEW_REQUESTS && times > FAR_TOO_MANY
      return (requests >= requestsFor(times) || isHopeless) && bad / requests
    },
    { everyMilliseconds: 250 },
  )
}

/** @param times share of slow requests so far, as a multiple of what is allowed */
function requestsFor(times: number): number {
  if (times < CLEAR.below || times > CLEAR.above) return REQUESTS.clear
  return times > CLOSE.from && times < CLOSE.to ? REQUESTS.close : REQUESTS.usually
}

export function badBetween(before: Counters, after: Counters, edgeSeconds: number): { requests: number; bad: number } {
  const within = ({ within }: Counters) => within.get(edgeSeconds) ?? 0
  const requests = after.requests - before.requests
  return { requests, bad: requests - (within(after) - within(before)) }
}
