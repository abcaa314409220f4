// An application of two services (../go/service): `checkout` calls `cart` for each request. Both use CPU, and hold memory.
import type { Workload } from '../../../src/workloads/index.ts'
import { type Cluster, until } from '../harness/index.ts'
import { addressOf, serviceManifests, servicePods } from '../slo/service.ts'

export const SERVICES = ['checkout', 'cart'] as const
export type ServiceName = (typeof SERVICES)[number]

/** Load of the application in requests per second. */
export const RATE = 60

/** What each service does, and how its author sized it: far too generously. */
const MADE: Readonly<Record<ServiceName, { cpuMilliseconds: number; holdsMiB: number; cpu: string; memory: string }>> =
  {
    checkout: { cpuMilliseconds: 1.5, holdsMiB: 48, cpu: '400m', memory: '128Mi' },
    cart: { cpuMilliseconds: 2.5, holdsMiB: 96, cpu: '600m', memory: '256Mi' },
  }

export function workloadOf(namespace: string, name: ServiceName): Workload {
  return { namespace, kind: 'Deployment', name }
}

/** Deploys the application, waits until it answers, and returns the URL of its first service. */
export async function deployApplication(cluster: Cluster, namespace: string): Promise<string> {
  const cart = `http://cart.${namespace}.svc.cluster.local:8080/work`
  await cluster.apply(
    ...SERVICES.flatMap((name) => {
      const { cpuMilliseconds, holdsMiB, cpu, memory } = MADE[name]
      const args = [`-memory=${holdsMiB}`, ...(name === 'checkout' ? [`-calls=${cart}`] : [])]
      const resources = { requests: { cpu, memory }, limits: { cpu, memory } }
      return serviceManifests({ workload: workloadOf(namespace, name), cpuMilliseconds, args, resources })
    }),
  )
  for (const name of SERVICES) await servicePods(cluster, workloadOf(namespace, name))
  const url = await addressOf(cluster, workloadOf(namespace, 'checkout'))
  await until(`${url} to answer`, async () => (await fetch(url)).ok)
  return url
}
