import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { KubeError } from '../../src/kube/index.ts'
import { experimentNamed, ModelCluster, withAutoscaler, workload } from './model-cluster.ts'
import { run } from './running.ts'

interface Journey {
  readonly make: () => ModelCluster
  /** What somebody does meanwhile. */
  readonly disturb?: (cluster: ModelCluster) => void
}

function withStatefulSet(): ModelCluster {
  const cluster = new ModelCluster(experimentNamed('try', { target: 'statefulset/web' }))
  cluster.targets.set('web', workload('StatefulSet'))
  return cluster
}

const JOURNEYS: Readonly<Record<string, Journey>> = {
  'it completes': { make: () => new ModelCluster(experimentNamed('try')) },
  'it completes, with an autoscaler': { make: () => withAutoscaler() },
  'it completes, with a StatefulSet': { make: withStatefulSet },
  'it completes, although the API server refuses a trial': {
    make: () => {
      const cluster = new ModelCluster(experimentNamed('try'))
      const refused = new KubeError('Invalid', 'refused', { status: 422 })
      cluster.admit = () => (cluster.experiment().status?.current?.number === 3 ? refused : undefined)
      return cluster
    },
  },
  'it is deleted during a trial': {
    make: () => withAutoscaler(),
    disturb: (cluster) => {
      const { status, metadata } = cluster.experiment() ?? {}
      if (status?.current?.number === 3 && metadata?.deletionTimestamp === undefined) cluster.remove()
    },
  },
}

async function end({ make, disturb }: Journey, kill?: ModelCluster['kill']): Promise<ModelCluster> {
  const cluster = make()
  cluster.kill = kill
  cluster.onWrite = () => disturb?.(cluster)
  await run(cluster)
  return cluster
}

/** What is in the end, without times and versions. */
function outcome(cluster: ModelCluster) {
  const { status, metadata } = cluster.experiment() ?? {}
  const target = cluster.target()
  return {
    spec: target.spec,
    marks: [target.metadata.labels, target.metadata.annotations],
    owners: [target, ...cluster.autoscalers].map(({ metadata }) => metadata.managedFields),
    left: [cluster.loads, cluster.lease, metadata?.finalizers],
    autoscalers: cluster.autoscalers.map(({ spec }) => spec),
    status: status && [status.phase, status.reason, status.verdict, status.kept, status.current],
    trials: status?.trials?.map(({ configuration, outcome, measured }) => ({ configuration, outcome, measured })),
  }
}

describe('a process that dies at any call of the API', () => {
  for (const [name, journey] of Object.entries(JOURNEYS)) {
    test(`has a successor that brings the experiment to the same end, and leaves nothing behind: ${name}`, async () => {
      const undisturbed = await end(journey)
      const expected = outcome(undisturbed)
      const before = outcome(journey.make())
      assert.deepEqual([expected.spec, expected.marks], [before.spec, before.marks])
      assert.deepEqual([expected.autoscalers, expected.owners], [before.autoscalers, before.owners])
      assert.deepEqual(expected.left.slice(0, 2), [[], undefined])
      assert.equal(Object.keys(expected.left[2] ?? {}).length, 0)
      assert.ok(undisturbed.calls.includes('patch target'))
      for (let at = 1; at <= undisturbed.calls.length; at++)
        for (const afterEffect of [false, true]) {
          const disturbed = await end(journey, { at, afterEffect })
          assert.deepEqual(outcome(disturbed), expected, `killed at call ${at}, ${afterEffect}`)
        }
    })
  }
})
