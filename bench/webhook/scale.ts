import { readFileSync } from 'node:fs'
import { type ControlPlane, until } from '../../test/cluster/harness/index.ts'
import { Etcd, type Stored } from '../../test/cluster/support/etcd.ts'
import type { Plimsoll } from '../../test/cluster/support/plimsoll.ts'
import { deploymentOf, NAMESPACE } from './reviews.ts'
import { type Bench, isPatched, post } from './servers.ts'
import { startVpa } from './vpa.ts'

const RECOMMENDATIONS = `/registry/plimsoll.dev/recommendations/${NAMESPACE}/`
const AUTOSCALERS = `/registry/autoscaling.k8s.io/verticalpodautoscalers/${NAMESPACE}/`

/**
 * Stores so many more Recommendations and VerticalPodAutoscalers in etcd, copies of the bench's objects under other names:
 * through the API server, tens of thousands take minutes.
 */
export async function storeCopies(cluster: ControlPlane, from: number, to: number): Promise<void> {
  const etcd = new Etcd(cluster)
  const name = deploymentOf('3KB')
  const [recommendation] = await etcd.read(`${RECOMMENDATIONS}deployment-${name}`)
  const [autoscaler] = await etcd.read(`${AUTOSCALERS}${name}`)
  const copies = Array.from({ length: to - from }, (_, i): Stored[] => [
    copyOf(recommendation!, RECOMMENDATIONS, `deployment-copy-${from + i}`, `copy-${from + i}`),
    copyOf(autoscaler!, AUTOSCALERS, `copy-${from + i}`, `copy-${from + i}`),
  ])
  await etcd.write(copies.flat())
}

function copyOf({ value }: Stored, prefix: string, name: string, workload: string): Stored {
  const object = JSON.parse(value)
  Object.assign(object.metadata, { name, uid: crypto.randomUUID() })
  if (object.spec.workload) object.spec.workload.name = workload
  else object.spec.targetRef.name = workload
  return { key: prefix + name, value: JSON.stringify(object) }
}

/** Waits until the webhook that is registered has so many Recommendations in memory. */
export async function held({ webhook }: Plimsoll, count: number): Promise<void> {
  await until(`the webhook to hold ${count} Recommendations`, async () => (await webhook.held()) >= count, {
    timeoutMilliseconds: 300_000,
  })
}

export interface Start {
  readonly seconds: number
  readonly residentBytes: number
}

/** From the start of the process to the first Pod that it patches. */
export async function startOfPlimsoll({ plimsoll, reviews }: Bench): Promise<Start> {
  const startedAt = performance.now()
  const webhook = await plimsoll.startWebhook()
  await until('Plimsoll to patch', async () => isPatched(await post(`${webhook.url}/mutate/auto`, reviews['3KB'])))
  const seconds = (performance.now() - startedAt) / 1000
  const residentBytes = residentBytesOf(webhook.pid)
  await webhook.kill()
  return { seconds, residentBytes }
}

export async function startOfVpa(cluster: ControlPlane, { tls, reviews }: Bench): Promise<Start> {
  const startedAt = performance.now()
  const vpa = await startVpa(cluster, tls)
  const patches = () => post(vpa.url, reviews['3KB']).then(isPatched, () => false)
  await until('VPA to patch', patches, { timeoutMilliseconds: 120_000, everyMilliseconds: 20 })
  const seconds = (performance.now() - startedAt) / 1000
  const residentBytes = residentBytesOf(vpa.pid)
  await vpa.kill()
  return { seconds, residentBytes }
}

export function residentBytesOf(pid: number): number {
  return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1])
}
