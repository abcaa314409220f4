import { CHART } from '../../../scripts/chart/files.ts'
import type { Cluster } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { loadImage } from '../loop/workloads.ts'
import { IMAGE_VALUES, loadPlimsoll } from '../support/image.ts'
import { makeNamespace } from '../support/namespace.ts'
import { pastOf } from './past.ts'
import { Screen } from './screen.ts'
import { type AfternoonWorkload, SLEEPS } from './workload.ts'
import { FENCED, SHOP } from './workloads.ts'
import { World } from './world.ts'

/** Only the intervals are shorter than by default. */
const RHYTHM = { sampleEverySeconds: 5, publishEverySeconds: 5 }
const ONE_OF_EACH = { replicas: 1, learner: { replicas: 1 } }

/**
 * The test compares the screens with the Pods before and after their replacement, so the Pods must not change in between. Running
 * Pods are the subject of test/cluster/loop and test/cluster/apply.
 */
const REPLACED_ONLY = { running: 'never' }

/** Runs the workloads with a backfilled history, and installs Plimsoll by its chart, in mode auto with default settings. */
export async function installed(
  cluster: Cluster,
  workloads: readonly AfternoonWorkload[],
  endSeconds: number,
): Promise<{ readonly world: World; readonly screen: Screen }> {
  const sleeps = { from: 'busybox', command: ['sleep', '100000'] } as const
  const [prometheus] = await Promise.all([
    cluster.prometheus({ history: pastOf(workloads, endSeconds) }),
    loadImage(cluster),
    loadPlimsoll(cluster),
    cluster.image(SLEEPS, sleeps),
    makeNamespace(cluster, 'plimsoll'),
    makeNamespace(cluster, SHOP, 'auto'),
    makeNamespace(cluster, FENCED, 'auto'),
  ])
  say('Prometheus has a fortnight of history')
  await cluster.apply(limitRange)
  const world = await World.create(cluster, workloads, endSeconds)
  const settings = { learner: RHYTHM, apply: REPLACED_ONLY, prometheus: { url: prometheus.clusterUrl } }
  const values = { ...IMAGE_VALUES, ...ONE_OF_EACH, settings, dashboard: { enabled: true } }
  const install = ['install', 'plimsoll', CHART, '--namespace=plimsoll', '--values=-', '--wait', '--timeout=240s']
  await cluster.helm(install, { input: values, timeoutMilliseconds: 260_000 })
  say('Plimsoll is installed')
  return { world, screen: new Screen(cluster, prometheus.url) }
}

const limitRange = {
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'defaults', namespace: FENCED },
  spec: {
    limits: [
      {
        type: 'Container',
        ...{ defaultRequest: { cpu: '80m', memory: '128Mi' }, default: { cpu: '500m', memory: '256Mi' } },
        ...{ min: { memory: '64Mi' }, max: { cpu: '1', memory: '1Gi' } },
      },
    ],
  },
}
