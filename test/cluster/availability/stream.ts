import { setTimeout as delay } from 'node:timers/promises'
import type { Cluster } from '../harness/index.ts'
import { Api } from '../support/api.ts'

/** Whose Pods are created: a Deployment whose Recommendation is applied. */
export const SHOP = 'shop'
export const WORKLOAD = 'ferry'
const HASH = '5d9c8b7f46'

export interface Stream {
  /** Pods that were created. */
  created: number
  patched: number
  /** What the API server said to those that it refused. */
  readonly failed: string[]
  /** How often nobody answered, or the API server was only starting; tried again. Only where that is to be expected. */
  unanswered: number
  readonly milliseconds: number[]
}

export interface StreamOptions {
  /** At least so many Pods, however long the disturbance takes. */
  readonly atLeast: number
  /** The API server itself goes away meanwhile. */
  readonly apiServerRestarts?: boolean
}

const CONCURRENCY = 4
/** So that a stream of 2,000 lasts for half a minute or more, as the disturbances do. */
const PAUSE_MILLISECONDS = 50

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    generateName: `${WORKLOAD}-${HASH}-`,
    labels: { app: WORKLOAD, 'pod-template-hash': HASH },
    ownerReferences: [
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: `${WORKLOAD}-${HASH}`,
        uid: '00000000-0000-4000-8000-000000000000',
        controller: true,
      },
    ],
  },
  spec: {
    containers: [{ name: 'app', image: 'ferry:1', resources: { requests: { cpu: '1', memory: '1Gi' } } }],
  },
}

/** Creates Pods (dry-run) from before `disturb` begins until it has ended, and says what became of them. */
export async function streamDuring(
  cluster: Cluster,
  { atLeast, apiServerRestarts = false }: StreamOptions,
  disturb: (stream: Readonly<Stream>) => Promise<void>,
): Promise<Stream> {
  const api = new Api(cluster)
  const stream: Stream = { created: 0, patched: 0, failed: [], unanswered: 0, milliseconds: [] }
  let disturbed = false
  const create = async () => {
    const began = performance.now()
    const { status, text } = await api.call('POST', `/api/v1/namespaces/${SHOP}/pods?dryRun=All`, POD)
    if (status !== 201) throw new Error(`${status} ${text}`)
    stream.milliseconds.push(performance.now() - began)
    stream.created++
    if (text.includes('"plimsoll.dev/decision"')) stream.patched++
  }
  const worker = async () => {
    while (!disturbed || stream.created < atLeast) {
      try {
        await create()
      } catch (error) {
        if (apiServerRestarts) stream.unanswered++
        else stream.failed.push((error as Error).message)
        if (stream.failed.length > 100) return
      }
      await delay(PAUSE_MILLISECONDS)
    }
  }
  const workers = Promise.all(Array.from({ length: CONCURRENCY }, worker))
  try {
    await disturb(stream)
  } finally {
    disturbed = true
    await workers
    api.close()
  }
  return stream
}

export function describeStream({ created, patched, failed, unanswered, milliseconds }: Stream): string {
  const sorted = milliseconds.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]?.toFixed(0)
  return (
    `${created} created, ${patched} patched, ${failed.length} failed, ${unanswered} unanswered by the API server; ` +
    `half within ${at(0.5)} ms, 99 of 100 within ${at(0.99)} ms, all within ${at(1)} ms`
  )
}
