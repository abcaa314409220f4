import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { drive } from '../../src/apply/drive.ts'
import { planPod } from '../../src/apply/plan-pod.ts'
import { readNode } from '../../src/fleet/index.ts'
import { ModelCluster } from './model-cluster.ts'
import { planInput, revision, runningPod } from './pods.ts'

const NODE = readNode({ metadata: { name: 'node-1' }, status: { allocatable: { cpu: '8', memory: '16Gi' } } })

/** A cluster in which something happens immediately after the record is written. */
class Interrupted extends ModelCluster {
  meanwhile: (() => void) | undefined

  override async record(...args: Parameters<ModelCluster['record']>) {
    const recorded = await super.record(...args)
    this.meanwhile?.()
    this.meanwhile = undefined
    return recorded
  }
}

async function resizing(meanwhile: (cluster: Interrupted) => void) {
  const cluster = new Interrupted(runningPod())
  cluster.meanwhile = () => meanwhile(cluster)
  const pod = await cluster.get()
  const step = planPod(planInput(pod, revision(3, { request: '80m' })))
  const signal = new AbortController().signal
  const outcome = await drive(pod, step, { api: cluster, node: NODE, mayAdd: () => true, signal })
  return { outcome: outcome.is, calls: cluster.calls, cpu: cluster.pod.spec.containers[0]!.resources?.requests?.cpu }
}

describe('between the record and the resize', () => {
  test('the kubelet may write the status', async () => {
    const { outcome, calls, cpu } = await resizing((cluster) => cluster.actuate())
    assert.deepEqual([outcome, cpu], ['resized', '80m'])
    assert.deepEqual(calls, ['get', 'dry run', 'record', 'resize', 'get', 'resize'])
  })

  test('nobody may change the Pod itself', async () => {
    const { outcome, cpu } = await resizing((cluster) => {
      cluster.pod = {
        ...cluster.pod,
        metadata: { ...cluster.pod.metadata, resourceVersion: '99', annotations: { somebody: 'else' } },
      }
    })
    assert.deepEqual([outcome, cpu], ['conflict', '1500m'])
  })
})
