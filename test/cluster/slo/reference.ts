// Finds the lowest CPU limit that meets a latency objective by trying limits. Sizing by SLO is compared with it.
import { parseQuantity, toNumber } from '../../../src/resources/index.ts'
import { type ControlPlane, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { type LatencyObjective, measureBadShare } from './objective.ts'
import { readCounters, type ServicePod } from './service.ts'
import { leastThatHolds, median } from './sweep.ts'

/** Number of requests in flight at which the queue of the previous limit is gone. */
const NO_QUEUE = 5
const SWEEPS = 3
/** Stride of the first sweep around the guess, and of later ones around the result of the previous sweep. */
const STRIDES = { first: 1.2, next: 1.06 } as const

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
    const guess = sweeps.at(-1) ?? guessCores
    const stride = sweeps.length === 0 ? STRIDES.first : STRIDES.next
    const cores = await leastThatHolds(guess, stride, async (limit) => {
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

/** Resizes a Pod, and waits until the kubelet has done so. */
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
