// A Prometheus with series of several clusters: each cluster learns from its own series.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { parseQuantity, toNumber } from '../../../src/resources/index.ts'
import { madeSeries } from '../../prometheus/made-series.ts'
import { type RealPrometheus, startPrometheus, whyNoPrometheus } from '../../prometheus/real-prometheus.ts'
import { type ControlPlane, controlPlaneObstacle, startControlPlane, until } from '../harness/index.ts'
import { recommendationOf } from '../loop/sight.ts'
import { makeNamespace } from '../support/namespace.ts'
import { type Plimsoll, startPlimsoll } from '../support/plimsoll.ts'

const MIB = 2 ** 20
const WORKLOAD = { namespace: 'f4', kind: 'StatefulSet', name: 'db' }
const container = { name: 'main', image: 'db:1', resources: { requests: { cpu: '100m', memory: '128Mi' } } }
const labels = { app: 'db' }
const MANIFEST = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', namespace: 'f4' },
  spec: {
    replicas: 1,
    serviceName: 'db',
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [container] } },
  },
}

describe('a workload with a namesake in another cluster', {
  skip: controlPlaneObstacle() ?? whyNoPrometheus() ?? false,
}, () => {
  let cluster: ControlPlane
  let store: RealPrometheus
  let plimsoll: Plimsoll

  before(async () => {
    cluster = await startControlPlane()
    const db = { namespace: 'f4', pod: 'db-0' }
    store = await startPrometheus(
      madeSeries({
        ...{ endSeconds: Math.floor(Date.now() / 60_000) * 60, days: 3 },
        pods: [
          { ...db, owner: ['StatefulSet', 'db'], containers: [{ name: 'main', cores: 0.05, bytes: 80 * MIB }] },
          { ...db, extra: { cluster: 'prod' }, containers: [{ name: 'main', cores: 3, bytes: 6000 * MIB }] },
        ],
      }),
    )
    const learner = { sampleEverySeconds: 2, publishEverySeconds: 2 }
    plimsoll = await startPlimsoll(cluster, { settings: { learner, prometheus: { url: store.url } }, learner: true })
    await makeNamespace(cluster, 'f4', 'auto')
    await cluster.apply(MANIFEST)
  })
  after(async () => {
    await plimsoll?.stop()
    await store?.stop()
    await cluster?.stop()
  })

  test('is sized by its own usage', async () => {
    const learned = async () => (await recommendationOf(cluster as never, WORKLOAD))?.learned?.containers[0]
    const { cpu, memory } = await until('what was learned', learned, {
      timeoutMilliseconds: 120_000,
      everyMilliseconds: 500,
    })
    const amount = (text: string | undefined) => toNumber(parseQuantity(text)!)
    assert.ok(amount(cpu?.request) < 0.2, `${cpu?.request} of CPU`)
    assert.ok(amount(memory?.limit) < 400 * MIB, `a limit of ${memory?.limit}`)
    await plimsoll.learner!.logged('usage was left out: its labels are not those of the Pods of this cluster')
  })
})
