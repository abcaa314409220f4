// A cluster in which one command tries an application: Plimsoll with its webhook and a learner that has only the rights of its account.
import { type Cluster, type Prometheus, programPath, startCluster } from '../harness/index.ts'
import { loadService } from '../slo/service.ts'
import { IMAGE_VALUES, loadPlimsoll } from '../support/image.ts'
import { type Plimsoll, startPlimsoll } from '../support/plimsoll.ts'
import { type Program, startProgram } from '../support/program.ts'
import { installExperiments, NAMESPACE } from './installed.ts'

/** As much as a cgroup can have: what Pods measure depends little on what else this machine does. */
export const CPU_SHARES = 262_144
/** What a k6 script runs in where nobody names another image. */
const K6_IMAGE = 'grafana/k6:1.8.1'
/** Plimsoll's own image, as `loadPlimsoll` loads it. */
export const IMAGE = `${IMAGE_VALUES.image.repository}:${IMAGE_VALUES.image.tag}`
/** Seconds in place of days: production counts its requests, and has one change after another. */
const RHYTHM = {
  slos: { burn: { long: '20s', short: '10s' } },
  learner: { sampleEverySeconds: 5, publishEverySeconds: 3, minimumHistory: { seconds: 15, samples: 2 } },
  step: { maxIncrease: 100, maxDecrease: 0.99 },
  changes: { every: '1s', lowerEvery: '1s' },
}

export interface World {
  readonly cluster: Cluster
  readonly prometheus: Prometheus
  stop(): Promise<void>
}

/** Has the node have the image in which k6 scripts run. */
export async function loadK6(cluster: Cluster): Promise<void> {
  const files = { '/usr/bin/k6': await programPath('k6') }
  await cluster.image(K6_IMAGE, { files, command: ['k6'], user: 12345 })
}

export async function startWorld(): Promise<World> {
  const cluster = await startCluster({ cpuShares: CPU_SHARES })
  let plimsoll: Plimsoll | undefined
  let learner: Program | undefined
  const stop = async () => {
    await learner?.kill()
    await plimsoll?.stop()
    await cluster.stop()
  }
  try {
    const [prometheus] = await Promise.all([
      cluster.prometheus({ isPinned: true }),
      loadService(cluster),
      loadPlimsoll(cluster),
      loadK6(cluster),
    ])
    const settings = { ...RHYTHM, prometheus: { url: prometheus.url, stepSeconds: 10 }, experiments: { image: IMAGE } }
    const kubeconfig = await installExperiments(cluster, [NAMESPACE], IMAGE_VALUES)
    plimsoll = await startPlimsoll(cluster, { settings })
    learner = startProgram({ ...cluster, kubeconfig }, 'learner', ['--host=127.0.0.1', '--ops-port=0'], settings)
    await learner.logged('leading')
    return { cluster, prometheus, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
