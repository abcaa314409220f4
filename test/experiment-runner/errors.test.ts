import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { KubeError } from '../../src/kube/index.ts'
import { experimentNamed, ModelCluster, workload } from './model-cluster.ts'
import { run } from './running.ts'

const inTrial = (number: number) => (cluster: ModelCluster) => cluster.experiment().status?.current?.number === number

describe('an experiment that an error keeps from continuing', () => {
  test('says so while it runs, and no longer once the error has passed', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    await run(cluster, { until: inTrial(2) })
    const { observe } = cluster
    cluster.observe = () => Promise.reject(new KubeError('Forbidden', 'cannot get resource "leases"', { status: 403 }))
    let turns = 0
    await run(cluster, { until: () => ++turns > 2 })
    const { status } = cluster.experiment()
    assert.deepEqual([status?.phase, status?.reason], ['Running', 'NotPermitted'])
    assert.match(status!.message!, /add the namespace to experiments.namespaces/)
    cluster.observe = observe
    await run(cluster, { until: inTrial(3) })
    assert.equal(cluster.experiment().status?.reason, 'Running')
    await run(cluster)
    assert.equal(cluster.experiment().status?.phase, 'Completed')
  })

  test('ends with the error if it stays for five minutes, and restores everything', async () => {
    const cluster = new ModelCluster(experimentNamed('try', { deadline: '20h' }))
    const error = new KubeError('InternalError', 'failed calling webhook "jobs"', { status: 500 })
    cluster.createLoad = () => Promise.reject(error)
    await run(cluster)
    const { status, metadata } = cluster.experiment()
    assert.deepEqual([status?.phase, status?.reason], ['Failed', 'Error'])
    assert.match(status!.message!, /failed calling webhook "jobs"/)
    const seconds = (Date.parse(status!.endedAt!) - Date.parse(status!.startedAt!)) / 1000
    assert.ok(seconds >= 300 && seconds < 360, `ended after ${seconds} s`)
    assert.deepEqual([cluster.target().spec, cluster.lease, metadata.finalizers], [workload().spec, undefined, []])
  })
})
