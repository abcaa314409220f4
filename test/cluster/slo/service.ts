// The service under test (../go/service): its manifests and its counters.
import type { Workload } from '../../../src/workloads/index.ts'
import { type Cluster, type ControlPlane, programPath, until } from '../harness/index.ts'

const IMAGE = 'service:1'
const PORT = 8080

export interface ServiceSpec {
  readonly workload: Workload
  readonly replicas?: number
  /** Mean CPU time of a request. */
  readonly cpuMilliseconds: number
  /** Additional arguments. */
  readonly args?: readonly string[]
  readonly resources: object
}

/** A Pod of the service. */
export interface ServicePod {
  readonly namespace: string
  readonly name: string
  /** `host:port`. */
  readonly address: string
}

/** Loads the image onto the node. */
export async function loadService(cluster: Cluster): Promise<void> {
  await cluster.image(IMAGE, {
    files: { '/service': await programPath('service') },
    command: ['/service'],
    user: 65532,
  })
}

/** A Deployment with one container, and a Service. Both, and the container, have the workload's name. */
export function serviceManifests({
  workload,
  replicas = 1,
  cpuMilliseconds,
  args = [],
  resources,
}: ServiceSpec): object[] {
  const { namespace, name } = workload
  const labels = { app: name }
  const container = { name, image: IMAGE, args: ['/service', `-cpu=${cpuMilliseconds}ms`, ...args], resources }
  const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, containers: [container] } }
  const metadata = { namespace, name }
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { replicas, selector: { matchLabels: labels }, template },
    },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports: [{ port: PORT }] } },
  ]
}

/** URL for the load. */
export async function addressOf({ read }: ControlPlane, { namespace, name }: Workload): Promise<string> {
  const service = await read<{ spec: { clusterIP: string } }>(`/api/v1/namespaces/${namespace}/services/${name}`)
  return `http://${service!.spec.clusterIP}:${PORT}/work`
}

/** The Pods of the service, as soon as `count` of them answer. */
export async function servicePods({ read }: ControlPlane, workload: Workload, count = 1): Promise<ServicePod[]> {
  const { namespace, name } = workload
  type Pods = { items: { metadata: { name: string }; status: { podIP?: string } }[] }
  return await until(`${count} Pods of ${name} to answer`, async () => {
    const { items } = (await read<Pods>(`/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${name}`))!
    const pods = items.map(({ metadata, status }) => ({
      ...{ namespace, name: metadata.name },
      address: `${status.podIP}:${PORT}`,
    }))
    await Promise.all(pods.map(readCounters))
    return pods.length === count && pods
  })
}

/** Counters of a Pod since its start. */
export interface Counters {
  readonly requests: number
  readonly inFlight: number
  readonly cpuSeconds: number
  /** Cumulative bucket counts by upper edge in seconds. */
  readonly within: ReadonlyMap<number, number>
}

const LINE = /^(\w+)(?:\{(.*)\})? (\S+)$/gm

export async function readCounters({ address }: Pick<ServicePod, 'address'>): Promise<Counters> {
  const answer = await fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(5_000) })
  if (!answer.ok) throw new Error(`${address}/metrics answers ${answer.status}`)
  const within = new Map<number, number>()
  const sums = new Map<string, number>()
  for (const [, name = '', labels = '', value] of (await answer.text()).matchAll(LINE)) {
    const edge = /\ble="([\d.]+)"/.exec(labels)?.[1]
    if (name === 'http_request_duration_seconds_bucket' && edge !== undefined)
      within.set(Number(edge), (within.get(Number(edge)) ?? 0) + Number(value))
    else sums.set(name, (sums.get(name) ?? 0) + Number(value))
  }
  const sum = (name: string) => sums.get(name) ?? 0
  return {
    requests: sum('http_request_duration_seconds_count'),
    inFlight: sum('http_requests_in_flight'),
    cpuSeconds: sum('process_cpu_seconds_total'),
    within,
  }
}

/** Makes each request to a Pod wait, as for a slow database. */
export async function setWaiting({ address }: ServicePod, milliseconds: number): Promise<void> {
  const { ok, status } = await fetch(`http://${address}/waiting?milliseconds=${milliseconds}`, { method: 'PUT' })
  if (!ok) throw new Error(`${address} answers ${status}`)
}
