import { type Cluster, until } from '../harness/index.ts'
import { IMAGE_VALUES } from '../support/image.ts'
import { RATE } from './application.ts'

const WARM_UP_SECONDS = 3
/** Latency where requests failed: slower than all others. */
const FAILED_MILLISECONDS = 10_000
const MOST_FAILED = 0.02
let measured = 0

interface Result {
  readonly requests: number
  readonly failed: number
  readonly throttled?: string
  readonly latencyMilliseconds: { readonly p95?: number }
}

/** p95 of the application in milliseconds under its load, measured as trials measure it: by the built-in generator, in a Pod. */
export async function measureP95(cluster: Cluster, namespace: string, url: string, seconds: number): Promise<number> {
  for (;;) {
    const { requests, failed, throttled, latencyMilliseconds } = await runLoad(cluster, namespace, url, seconds)
    if (failed > MOST_FAILED * requests) return FAILED_MILLISECONDS
    if (throttled === undefined) return latencyMilliseconds.p95!
  }
}

async function runLoad({ apply, read, kubectl }: Cluster, namespace: string, url: string, seconds: number) {
  const name = `load-${++measured}`
  const load = {
    ...{ url, requestsPerSecond: RATE, arrivals: 'constant', method: 'GET', headers: {} },
    ...{ durationSeconds: seconds, warmUpSeconds: WARM_UP_SECONDS, timeoutSeconds: 10, connections: 500 },
    insecureSkipTlsVerify: false,
  }
  const container = {
    ...{ name: 'load', image: `${IMAGE_VALUES.image.repository}:${IMAGE_VALUES.image.tag}` },
    command: ['/nodejs/bin/node', '/app/dist/main.js', 'load', JSON.stringify(load)],
    resources: { requests: { cpu: '500m', memory: '256Mi' } },
  }
  await apply({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name } },
    spec: { restartPolicy: 'Never', containers: [container] },
  })
  type Pod = { status: { containerStatuses?: { state: { terminated?: { message?: string } } }[] } }
  const message = await until(
    `${name} to end`,
    async () => {
      const pod = await read<Pod>(`/api/v1/namespaces/${namespace}/pods/${name}`)
      return pod?.status.containerStatuses?.[0]?.state.terminated?.message
    },
    { timeoutMilliseconds: (seconds + 90) * 1000, everyMilliseconds: 500 },
  )
  await kubectl(['delete', 'pod', name, `--namespace=${namespace}`, '--wait=false'])
  return JSON.parse(message) as Result
}
