import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readField } from '../../src/experiment-runner/fields.ts'
import type { TargetObject } from '../../src/experiment-runner/objects.ts'
import { KubeError } from '../../src/kube/index.ts'
import { parseQuantity } from '../../src/resources/index.ts'
import { cpuOf, experimentNamed, ModelCluster, withAutoscaler, workload } from './model-cluster.ts'
import { run } from './running.ts'

const inTrial = (number: number, stage: string) => (cluster: ModelCluster) => {
  const { current } = cluster.experiment().status ?? {}
  return current?.number === number && current.stage === stage
}

const cpu = (spec: TargetObject['spec'], list: 'requests' | 'limits') =>
  readField(spec, { of: 'resource', container: 'app', list, resource: 'cpu' })

function validated(spec: TargetObject['spec']): KubeError | undefined {
  const [request, limit] = [cpu(spec, 'requests'), cpu(spec, 'limits')].map(parseQuantity)
  const isValid = request === undefined || limit === undefined || request <= limit
  return isValid ? undefined : new KubeError('Invalid', 'must be less than or equal to cpu limit', { status: 422 })
}

function assertEnded(cluster: ModelCluster): void {
  assert.deepEqual([cluster.loads, cluster.lease], [[], undefined])
  assert.deepEqual(cluster.experiment().metadata.finalizers, [])
}

describe('an experiment that cannot restore everything', () => {
  test('keeps its request where somebody set a limit below the original request', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    cluster.admit = validated
    await run(cluster, { until: inTrial(3, 'loading') })
    const tried = cpuOf(cluster.target())
    assert.ok(tried < 0.9)
    cluster.edit(({ template }) => {
      const { resources } = template.spec.containers[0] as { resources: { limits: Record<string, string> } }
      resources.limits.cpu = '900m'
    })
    await run(cluster)
    const { status } = cluster.experiment()
    assert.equal(status?.reason, 'TargetEdited')
    const path = 'Deployment web: spec.template.spec.containers[app].resources'
    assert.deepEqual(status.kept?.toSorted(), [`${path}.limits.cpu`, `${path}.requests.cpu`])
    assert.deepEqual([cpu(cluster.target().spec, 'limits'), cpuOf(cluster.target())], ['900m', tried])
    assert.equal(cluster.target().spec.replicas, 2)
    assertEnded(cluster)
  })

  for (const kind of ['Deployment', 'StatefulSet'] as const)
    test(`restores the other fields of a ${kind}, and says which were refused, and why`, async () => {
      const cluster = withAutoscaler(kind)
      const before = structuredClone(cluster.autoscalers.map(({ spec }) => spec))
      const message = "ValidatingAdmissionPolicy 'limits' denied request: set limits.cpu"
      cluster.admit = (spec) => {
        const isAllowed = cluster.experiment().status?.phase !== 'Restoring' || cpu(spec, 'limits') !== undefined
        return isAllowed ? validated(spec) : new KubeError('Forbidden', message, { status: 403 })
      }
      await run(cluster)
      const { status } = cluster.experiment()
      assert.deepEqual([status?.phase, status?.reason], ['Failed', 'NotRestored'])
      assert.match(status!.message!, /by hand from status.originals. Before: /)
      assert.deepEqual(status!.conditions!.find(({ type }) => type === 'Restored')?.status, 'False')
      const { spec } = cluster.target()
      const [limit] = status!.kept!.filter((one) => one.includes('limits.cpu'))
      assert.match(limit!, /limits\.cpu \(not restored: .*set limits\.cpu/)
      assert.deepEqual([spec.replicas, cpu(spec, 'limits')], [2, cpu(spec, 'requests')])
      assert.deepEqual(
        cluster.autoscalers.map(({ spec }) => spec),
        before,
      )
      assertEnded(cluster)
    })

  test('says so where its autoscaler was not resumed', async () => {
    const cluster = withAutoscaler()
    const { patchAutoscaler } = cluster
    cluster.patchAutoscaler = (namespace, step) =>
      cluster.experiment().status?.phase === 'Restoring'
        ? Promise.reject(new KubeError('Invalid', 'no', { status: 422 }))
        : patchAutoscaler.call(cluster, namespace, step)
    await run(cluster)
    assert.deepEqual(cluster.experiment().status?.kept, [
      'HorizontalPodAutoscaler web: spec.behavior (not restored: no)',
    ])
    assert.deepEqual(cluster.target().spec, workload().spec)
    assertEnded(cluster)
  })
})

describe('an autoscaler that somebody edits during a trial', () => {
  const edited = async (behavior: object) => {
    const cluster = withAutoscaler()
    await run(cluster, { until: inTrial(2, 'loading') })
    cluster.autoscalers = cluster.autoscalers.map((one) => ({
      ...one,
      spec: { ...one.spec, behavior: { ...(one.spec.behavior as object), ...behavior } },
    }))
    await run(cluster)
    assertEnded(cluster)
    const { reason, kept } = cluster.experiment().status!
    return { reason, kept, behavior: cluster.autoscalers[0]!.spec.behavior }
  }
  const kept = ['HorizontalPodAutoscaler web: spec.behavior']

  test('keeps the direction that was resumed, and the other one is resumed', async () => {
    assert.deepEqual(await edited({ scaleUp: { selectPolicy: 'Max' } }), {
      ...{ reason: 'AutoscalerEdited', kept },
      behavior: { scaleUp: { selectPolicy: 'Max' }, scaleDown: { stabilizationWindowSeconds: 60 } },
    })
  })

  test('keeps an edit of a direction that stays paused, and it is named', async () => {
    const scaleDown = { selectPolicy: 'Disabled', stabilizationWindowSeconds: 120 }
    assert.deepEqual(await edited({ scaleDown }), {
      ...{ reason: 'Done', kept },
      behavior: { scaleDown: { stabilizationWindowSeconds: 120 } },
    })
  })
})
