// What the tests of SLOs begin with: a node, a Prometheus with a fortnight of usage, and Plimsoll whose learner leads.
import type { KubeClient } from '../../../src/kube/index.ts'
import type { Workload } from '../../../src/workloads/index.ts'
import { madeSeries } from '../../prometheus/made-series.ts'
import { around, mebibytes } from '../afternoon/rhythms.ts'
import { type Cluster, type Prometheus, startCluster } from '../harness/index.ts'
import { adminClient } from '../support/admin.ts'
import { type Plimsoll, startPlimsoll } from '../support/plimsoll.ts'
import { loadService, type ServicePod } from './service.ts'

export interface World {
  readonly cluster: Cluster
  readonly client: KubeClient
  readonly prometheus: Prometheus
  readonly plimsoll: Plimsoll
  stop(): Promise<void>
}

/** Usage of a workload in the last fortnight, in cores. */
export interface Past {
  readonly workload: Workload
  readonly cores: number
}

/** Seconds between two scrapes of the service: the short window has several. */
const SCRAPE_SECONDS = 2
/** Minutes in place of an hour, and faster than by default: all else is as it comes. */
const RHYTHM = {
  slos: { burn: { long: '1m', short: '15s' } },
  learner: { sampleEverySeconds: 5, publishEverySeconds: 5 },
}

/**
 * @param options.settings on top of the rhythm
 * @param options.cpuShares see `ClusterOptions`
 */
export async function startWorld({
  settings,
  pasts = [],
  cpuShares,
}: {
  readonly settings: object
  readonly pasts?: readonly Past[]
  readonly cpuShares: number
}): Promise<World> {
  const cluster = await startCluster({ cpuShares })
  let client: KubeClient | undefined
  let plimsoll: Plimsoll | undefined
  const stop = async () => {
    client?.close()
    await plimsoll?.stop()
    await cluster.stop()
  }
  try {
    const history = pastOf(pasts, Math.floor(Date.now() / 1000))
    const [prometheus] = await Promise.all([cluster.prometheus({ history, isPinned: true }), loadService(cluster)])
    client = await adminClient(cluster)
    const all = { ...RHYTHM, prometheus: { url: prometheus.url }, ...settings }
    plimsoll = await startPlimsoll(cluster, { settings: all, learner: true })
    await plimsoll.learner!.logged('leading')
    return { cluster, client, prometheus, plimsoll, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Has Prometheus scrape Pods as its discovery would. */
export function scrapePods(prometheus: Prometheus, pods: readonly ServicePod[]): void {
  for (const { namespace, name, address } of pods)
    prometheus.scrape(name, address, {
      ...{ namespace, pod: name },
      ...{ __scrape_interval__: `${SCRAPE_SECONDS}s`, __scrape_timeout__: `${SCRAPE_SECONDS}s` },
    })
}

function pastOf(pasts: readonly Past[], endSeconds: number): Generator<string> | undefined {
  if (pasts.length === 0) return undefined
  const replicaSet = ({ name }: Workload) => `${name}-5d7c9f8b64`
  return madeSeries({
    ...{ endSeconds, days: 14, scrapeSeconds: 240, stateSeconds: 290 },
    pods: pasts.map(({ workload, cores }) => ({
      namespace: workload.namespace,
      pod: `${replicaSet(workload)}-bcdfg`,
      owner: ['ReplicaSet', replicaSet(workload)] as const,
      containers: [{ name: workload.name, cores: around(cores), bytes: mebibytes(24) }],
    })),
  })
}
