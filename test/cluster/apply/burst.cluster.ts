// Memory that races towards its limit: the real learner sees it in the usage from metrics-server and raises the limit in time.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Change, ValueChange } from '../../../src/api/changelog.ts'
import { parseQuantity } from '../../../src/resources/index.ts'
import { type Cluster, clusterObstacle, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { podsOf, recommendationOf } from '../loop/sight.ts'
import { type LoopWorkload, loadImage, manifest, workloadIn } from '../loop/workloads.ts'
import { type LearningCluster, startLearningCluster } from '../support/learning-cluster.ts'

const NAMESPACE = 'shop'
const LIMIT = '200Mi'
/** Other changes follow once an hour. */
const SETTINGS = {
  learner: { sampleEverySeconds: 60, publishEverySeconds: 20, minimumHistory: { seconds: 1, samples: 1 } },
  approval: { confidence: { low: 0, medium: 0, high: 0 }, minimumDays: 0 },
  bounds: { memory: { minLimit: LIMIT } },
  changes: { protectEvery: '5s' },
}
/** The container would be killed after 200 s, or somewhat later with a learned revision in between. */
const RACING: LoopWorkload = {
  ...{ kind: 'Deployment', name: 'racing', behaviour: '', replicas: 1 },
  containers: {
    app: {
      does: { holdMiB: 100, leakMiBPerSecond: 0.5 },
      requests: { cpu: '20m', memory: '128Mi' },
      limits: { memory: LIMIT },
    },
  },
}

describe('A burst', { skip: clusterObstacle() ?? false }, () => {
  let running: LearningCluster | undefined
  let cluster: Cluster

  before(async () => {
    running = await startLearningCluster({ namespace: NAMESPACE, settings: SETTINGS, prepare: loadImage })
    ;({ cluster } = running)
  })
  after(() => running?.stop())

  test('of memory gets a higher limit in place before the container is killed', async () => {
    const workload = workloadIn(NAMESPACE, RACING)
    await cluster.apply(manifest(NAMESPACE, RACING))
    const startedAt = performance.now()
    const { pod, raised } = await until(
      'a raise for pressure that is in force',
      async () => {
        const raised = raiseIn((await recommendationOf(cluster, workload))?.changelog)
        const [pod] = await podsOf(cluster, workload)
        const status = pod?.status.containerStatuses?.[0] as Status | undefined
        const limit = parseQuantity(status?.resources?.limits?.memory)
        return pod && raised && limit !== undefined && limit >= parseQuantity(raised.to!.limit)! && { pod, raised }
      },
      { timeoutMilliseconds: 400_000, everyMilliseconds: 500 },
    )
    const { restartCount } = pod.status.containerStatuses![0] as unknown as Status
    const seconds = (performance.now() - startedAt) / 1000
    say(`racing: ${raised.to!.limit} instead of ${raised.from!.limit} after ${seconds.toFixed(0)} s`)
    assert.equal(restartCount, 0)
    const events = await cluster.kubectl(['describe', 'deployment', 'racing', `--namespace=${NAMESPACE}`])
    assert.match(events, /RaisedForPressure/)
  })
})

/** The changelog entry of the raise. */
function raiseIn(changelog: readonly Change[] = []): ValueChange | undefined {
  const entry = changelog.find(({ reason }) => reason === 'RaisedForPressure')
  return entry?.changes?.find(({ resource }) => resource === 'memory')
}

interface Status {
  readonly restartCount: number
  readonly resources?: { readonly limits?: { readonly memory?: string } }
}
