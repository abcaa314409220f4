// The setup of the SLO tests: a node, a Prometheus with 14 days of usage, and Plimsoll with a leading learner.
import type { Workload } from '../../../src/workloads/index.ts'
import { madeSeries } from '../../prometheus/made-series.ts'
import { around, mebibytes } from '../afternoon/rhythms.ts'
import type { Prometheus } from '../harness/index.ts'
import { type LearningCluster, startLearningCluster } from '../support/learning-cluster.ts'
import { loadService, type ServicePod } from './service.ts'

export interface World extends LearningCluster {
  readonly prometheus: Prometheus
}

/** Usage of a workload in the last 14 days, in cores. */
export interface Past {
  readonly workload: Workload
  readonly cores: number
}

/** Seconds between two scrapes of the service, so that the short window has several samples. */
const SCRAPE_SECONDS = 2
/** A minute instead of an hour. Everything else has its default. */
const BURN = { long: '1m', short: '15s' }

export interface WorldOptions {
  /** Settings on top of the pace below. */
  readonly settings: object
  readonly pasts?: readonly Past[]
  /** See `ClusterOptions`. */
  readonly cpuShares: number
  /** Burn windows. */
  readonly burn?: { readonly long: string; readonly short: string }
  readonly publishEverySeconds?: number
}

export async function startWorld({
  settings,
  pasts = [],
  cpuShares,
  burn = BURN,
  publishEverySeconds = 5,
}: WorldOptions): Promise<World> {
  let prometheus!: Prometheus
  const learning = await startLearningCluster({
    options: { cpuShares },
    prepare: async (cluster) => {
      const history = pastOf(pasts, Math.floor(Date.now() / 1000))
      const made = cluster.prometheus({ history, isPinned: true })
      ;[prometheus] = await Promise.all([made, loadService(cluster)])
    },
    settings: () => ({
      slos: { burn },
      learner: { sampleEverySeconds: 5, publishEverySeconds },
      prometheus: { url: prometheus.url },
      ...settings,
    }),
  })
  return { ...learning, prometheus }
}

/** Adds Pods to the targets of Prometheus, with the labels that service discovery would give them. */
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
