import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drive } from '../../../src/apply/drive.ts'
import { planPod } from '../../../src/apply/plan-pod.ts'
import { readNode } from '../../../src/fleet/index.ts'
import { ModelCluster } from '../model-cluster.ts'
import { NOW, planInput, revision, runningPod } from '../pods.ts'

const NODE = readNode({ metadata: { name: 'node-1' }, status: { allocatable: { cpu: '8', memory: '16Gi' } } })
const MORE = revision(1, undefined, { request: '2Gi', limit: '2Gi' })

test('where a container is killed three times before more memory reaches it, the reason says so', async () => {
  const cluster = new ModelCluster(runningPod({ memory: '1Gi' }, { memory: '1Gi' }))
  let now = NOW.getTime()
  const look = async () => {
    const pod = await cluster.get()
    const step = planPod(planInput(pod, MORE, { now: new Date(now) }))
    const outcome = await drive(pod, step, {
      ...{ api: cluster, node: NODE, mayAdd: () => true, signal: new AbortController().signal },
    })
    return 'reason' in outcome ? outcome.reason : outcome.is
  }
  cluster.stop('app')
  assert.equal(await look(), 'resized')
  const reasons: string[] = []
  for (let starts = 0; starts < 4; starts++) {
    now += 30_000
    reasons.push(await look())
    cluster.start('app', new Date(now).toISOString())
    now += 2_000
    assert.equal(await look(), 'resized', 'it is raised again while it runs')
    cluster.stop('app')
  }
  assert.deepEqual(reasons, ['ContainerStopped', 'ContainerStopped', 'ContainerStopped', 'RaiseNotReached'])
})
