import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { experimentNamed, finished, ModelCluster } from './model-cluster.ts'
import { run } from './running.ts'

describe('a load generator that dropped requests', () => {
  test('under a configuration that is above a limit: the configuration is too slow, and the trial counts', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    cluster.resultOf = (cpuCores) => (cpuCores < 0.9 ? finished(150, { dropped: 300 } as never) : finished(40))
    const { latency } = cluster.experiment().spec.limits ?? {}
    await run(cluster)
    const { status } = cluster.experiment()
    const trials = status?.trials ?? []
    assert.equal(status?.phase, 'Completed')
    const slow = trials.filter(({ measured = {} }) =>
      Object.entries(measured).some(([of, value]) => of.endsWith('p95') && value > 100),
    )
    assert.ok(slow.length > 0, `no trial was slow, with the limit ${latency?.below}`)
    assert.deepEqual([...new Set(slow.map(({ outcome }) => outcome))], ['completed'])
  })

  test('although what was sent met the limits: the trial is void, and says what to do', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    cluster.resultOf = () => finished(10, { dropped: 300 } as never)
    await run(cluster)
    const { status } = cluster.experiment()
    assert.deepEqual([status?.phase, status?.reason], ['Failed', 'VoidTrials'])
    assert.match(status!.message!, /dropped 300 of 1300 requests: raise maxVUs/)
  })
})
