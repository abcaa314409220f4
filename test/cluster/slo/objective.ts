import { until } from '../harness/index.ts'
import { type Counters, readCounters, type ServicePod } from './service.ts'

/** At most `badShare` of the requests take longer than `edgeSeconds`, which is an edge of the service's buckets. */
export interface LatencyObjective {
  readonly edgeSeconds: number
  readonly badShare: number
}

/** Requests that are looked at. */
const REQUESTS = 800
/** After so many, a share that is so many times as high says enough, and one that is so far below. */
const FEW_REQUESTS = 300
const CLEAR = { above: 3, below: 0.2 } as const

/** The share of a Pod's requests from now on that are slow. */
export async function measureBadShare(pod: ServicePod, { edgeSeconds, badShare }: LatencyObjective): Promise<number> {
  const before = await readCounters(pod)
  return await until(
    `${REQUESTS} requests`,
    async () => {
      const { requests, bad } = badBetween(before, await readCounters(pod), edgeSeconds)
      const times = bad / requests / badShare
      const isClear = requests >= FEW_REQUESTS && (times > CLEAR.above || times < CLEAR.below)
      return (requests >= REQUESTS || isClear) && bad / requests
    },
    { everyMilliseconds: 250 },
  )
}

export function badBetween(before: Counters, after: Counters, edgeSeconds: number): { requests: number; bad: number } {
  const within = ({ within }: Counters) => within.get(edgeSeconds) ?? 0
  const requests = after.requests - before.requests
  return { requests, bad: requests - (within(after) - within(before)) }
}
