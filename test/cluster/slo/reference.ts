// The least CPU limit that holds a latency objective, found by trying: what sizing by SLO is held against.
import { parseQuantity, toNumber } from '../../../src/resources/index.ts'
import { type ControlPlane, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { type Counters, readCounters, type ServicePod } from './service.ts'
import { leastThatHolds, median } from './sweep.ts'

/** At most `badShare` of the requests take longer than `edgeSeconds`, which is an edge of the service's buckets. */
export interface LatencyObjective {
  readonly edgeSeconds: number
  readonly badShare: number
}

/** Requests that are looked at for each limit. */
const REQUESTS = 800
/** After so many, far too many bad ones say enough. */
const FEW_REQUESTS = 150
const FAR_TOO_MANY = 5
/** Requests in flight where no queue is left of the limit before. */
const NO_QUEUE = 5
const SWEEPS = 3

export interface Reference {
  readonly cores: number
  readonly sweeps: readonly number[]
}

/** The median of three sweeps over the CPU limit of a Pod under constant load, in cores. */
export async function findReference(
  cluster: ControlPlane,
  pod: ServicePod,
  container: string,
  objective: LatencyObjective,
  guessCores: number,
): Promise<Reference> {
  const sweeps: number[] = []
  while (sweeps.length < SWEEPS) {
    const cores = await leastThatHolds(sweeps.at(-1) ?? guessCores, async (limit) => {
      await setLimit(cluster, pod, container, limit)
      await until('the queue of the last limit to empty', async () => (await readCounters(pod)).inFlight <= NO_QUEUE, {
        timeoutMilliseconds: 20_000,
      }).catch(() => {})
      const share = await measureBadShare(pod, objective)
      say(`limit ${(limit * 1000).toFixed(0)}m: ${(share * 100).toFixed(1)} % of requests are slow`)
      return share <= objective.badShare
    })
    sweeps.push(cores)
  }
  return { cores: median(sweeps), sweeps }
}

/** The share of a Pod's requests from now on that are slow. */
async function measureBadShare(pod: ServicePod, { edgeSeconds, badShare }: LatencyObjective): Promise<number> {
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

/** Resizes a Pod by hand, and waits until the kubelet has carried it out. */
async function setLimit(
  { kubectl, read }: ControlPlane,
  { namespace, name }: ServicePod,
  container: string,
  cores: number,
): Promise<void> {
  const millicores = Math.round(cores * 1000)
  const cpu = `${millicores}m`
  const patch = { spec: { containers: [{ name: container, resources: { limits: { cpu } } }] } }
  await kubectl([
    'patch',
    'pod',
    name,
    `--namespace=${namespace}`,
    '--subresource=resize',
    `--patch=${JSON.stringify(patch)}`,
  ])
  type Pod = { status: { containerStatuses: { resources?: { limits?: { cpu: string } } }[] } }
  await until(`${name} to have a CPU limit of ${cpu}`, async () => {
    const { status } = (await read<Pod>(`/api/v1/namespaces/${namespace}/pods/${name}`))!
    const limit = status.containerStatuses[0]!.resources?.limits?.cpu
    return limit !== undefined && Math.round(toNumber(parseQuantity(limit)!) * 1000) === millicores
  })
}
