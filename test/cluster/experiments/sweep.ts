// Tries every configuration of the application by hand that may be the cheapest: what one command is held against.
import { parseQuantity, toNumber } from '../../../src/resources/index.ts'
import { type Cluster, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { addressOf, type ServicePod, servicePods } from '../slo/service.ts'
import { makeNamespace } from '../support/namespace.ts'
import { deployApplication, SERVICES, type ServiceName, workloadOf } from './application.ts'
import { leastCores, type Measured } from './cheapest.ts'
import { measureP95 } from './measure.ts'

const NAMESPACE = 'sweep'
/** Shares of the CPU that `checkout` gets, the one by demand first. */
const SHARES = [0.4, 0.34, 0.46]
/** CPU in all, in cores, that is measured: from plenty to less than the load uses. */
const CORES = Array.from({ length: 12 }, (_, i) => 0.65 * 0.9 ** i)
const SECONDS = 20
const MEMORY_STEP_MIB = 4

/** What was measured by hand, for as many limits as were asked for. */
export interface Swept {
  /** By the share of `checkout`. */
  readonly byShare: Map<number, Measured[]>
  memoryMiB: Readonly<Record<ServiceName, number>> | undefined
}

export function nothingSwept(): Swept {
  return { byShare: new Map(SHARES.map((share) => [share, []])), memoryMiB: undefined }
}

/** The cheapest configuration that meets a limit, as far as measuring by hand shows it. */
export interface Cheapest {
  readonly cores: number
  readonly memoryMiB: Readonly<Record<ServiceName, number>>
}

/**
 * Measures the application around the least CPU that meets a limit, at each share, and the least memory of each service. What was measured
 * for another limit is used again.
 */
export async function sweep(cluster: Cluster, swept: Swept, limitMilliseconds: number): Promise<Cheapest> {
  await makeNamespace(cluster, NAMESPACE)
  const url = await deployApplication(cluster, NAMESPACE)
  const pods = {} as Record<ServiceName, ServicePod>
  for (const name of SERVICES) [pods[name]] = (await servicePods(cluster, workloadOf(NAMESPACE, name))) as [ServicePod]
  const give = async (share: number, cores: number) => {
    await setCores(cluster, pods.checkout, 'checkout', share * cores)
    await setCores(cluster, pods.cart, 'cart', (1 - share) * cores)
  }
  /** The first step down at which the application is too slow. */
  let first = Math.floor(CORES.length / 2)
  for (const share of SHARES) {
    const isTooSlow = async (step: number): Promise<boolean> => {
      const cores = CORES[step]!
      const all = swept.byShare.get(share)!
      let measured = all.find((one) => one.cores === cores)
      if (!measured) {
        await give(share, cores)
        measured = { cores, p95Milliseconds: await measureP95(cluster, NAMESPACE, url, SECONDS) }
        all.push(measured)
        const p95 = measured.p95Milliseconds.toFixed(0)
        say(`${Math.round(cores * 1000)}m, of it ${share} for checkout: p95 ${p95} ms`)
      }
      return measured.p95Milliseconds > limitMilliseconds
    }
    while (first < CORES.length - 1 && !(await isTooSlow(first))) first++
    while (first > 0 && (await isTooSlow(first - 1))) first--
  }
  await give(SHARES[0]!, CORES[0]!)
  swept.memoryMiB ??= { cart: await leastMemory(cluster, 'cart'), checkout: await leastMemory(cluster, 'checkout') }
  await cluster.kubectl(['delete', 'namespace', NAMESPACE, '--wait=true'])
  return { cores: cheapestCores(swept, limitMilliseconds), memoryMiB: swept.memoryMiB }
}

/** The least CPU of the application that meets a limit, with the best share. */
function cheapestCores({ byShare }: Swept, limitMilliseconds: number): number {
  const all = [...byShare].flatMap(([, measured]) => leastCores(measured, limitMilliseconds) ?? [])
  if (all.length === 0) throw new Error(`the sweep says nothing about a limit of ${limitMilliseconds} ms`)
  return Math.min(...all)
}

/** Resizes a Pod by hand, and waits until the kubelet has carried it out. */
async function setCores({ kubectl, read }: Cluster, { namespace, name }: ServicePod, container: string, cores: number) {
  const cpu = `${Math.round(cores * 1000)}m`
  const resources = { requests: { cpu }, limits: { cpu } }
  const patch = `--patch=${JSON.stringify({ spec: { containers: [{ name: container, resources }] } })}`
  await kubectl(['patch', 'pod', name, `--namespace=${namespace}`, '--subresource=resize', patch])
  type Pod = { status: { containerStatuses: { resources?: { limits?: { cpu: string } } }[] } }
  await until(`${name} to have ${cpu}`, async () => {
    const limit = (await read<Pod>(`/api/v1/namespaces/${namespace}/pods/${name}`))!.status.containerStatuses[0]!
      .resources?.limits?.cpu
    return limit !== undefined && toNumber(parseQuantity(limit)!) === Number.parseInt(cpu, 10) / 1000
  })
}

/** The least memory with which a service runs under load, by bisection. */
async function leastMemory(cluster: Cluster, name: ServiceName): Promise<number> {
  let [fails, enough] = name === 'cart' ? [96, 160] : [48, 112]
  while (enough - fails > MEMORY_STEP_MIB) {
    const between = Math.round((enough + fails) / 2)
    if (await runsWith(cluster, name, between)) enough = between
    else fails = between
  }
  say(`${name} needs ${enough} MiB`)
  return enough
}

/** Whether a Pod of a service with so much memory answers under load, and is not OOM-killed. */
async function runsWith(cluster: Cluster, name: ServiceName, memoryMiB: number): Promise<boolean> {
  const resources = `memory=${memoryMiB}Mi`
  const set = ['set', 'resources', `deployment/${name}`, `--namespace=${NAMESPACE}`]
  await cluster.kubectl(['scale', `deployment/${name}`, '--replicas=0', `--namespace=${NAMESPACE}`])
  await cluster.kubectl([...set, `--requests=${resources}`, `--limits=${resources}`])
  type Pods = { items: { status: { phase: string; containerStatuses?: State[] } }[] }
  type State = { ready: boolean; restartCount: number; state: { terminated?: object; waiting?: { reason: string } } }
  const states = async () =>
    (await cluster.read<Pods>(`/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=app%3D${name}`))!.items
  await until(`no Pod of ${name}`, async () => (await states()).length === 0)
  await cluster.kubectl(['scale', `deployment/${name}`, '--replicas=1', `--namespace=${NAMESPACE}`])
  const wasKilled = ({ restartCount, state }: State) => restartCount > 0 || state.terminated !== undefined
  const state = await until(`a Pod of ${name}`, async () => {
    const [pod] = await states()
    const [first] = pod?.status.containerStatuses ?? []
    return first && (first.ready || wasKilled(first)) && first
  })
  if (wasKilled(state)) return false
  await measureP95(cluster, NAMESPACE, await addressOf(cluster, workloadOf(NAMESPACE, name)), 5)
  const [pod] = await states()
  return pod?.status.containerStatuses?.[0] !== undefined && !wasKilled(pod.status.containerStatuses[0])
}
