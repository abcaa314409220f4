import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type ManagedFields, returnedFields, storedManagedFields } from '../../src/experiment-runner/managed-fields.ts'
import { KubeError } from '../../src/kube/index.ts'
import { experimentNamed, ModelCluster } from './model-cluster.ts'
import { run } from './running.ts'

const OURS = 'plimsoll-experiment'
const HELM = { manager: 'helm', operation: 'Apply', time: '2026-03-01T09:00:00Z', fieldsV1: { 'f:spec': {} } }
const TAKEN = { ...HELM, fieldsV1: {} }
const EXPERIMENT = { manager: OURS, operation: 'Update', time: '2026-03-01T10:00:00Z', fieldsV1: { 'f:spec': {} } }
const controllers = (time: string): ManagedFields => ({
  ...{ manager: 'kube-controller-manager', operation: 'Update', subresource: 'status', time },
})

describe('fields that an experiment has taken over', () => {
  test('are given back to who owned them; controllers keep what they own now', () => {
    const stored = storedManagedFields([HELM, controllers('2026-03-01T09:01:00Z')])
    const now = controllers('2026-03-01T10:01:00Z')
    assert.deepEqual(returnedFields(stored, [TAKEN, EXPERIMENT, now], OURS), [HELM, now])
  })

  test('are given back to an owner of whom nothing is left', () => {
    assert.deepEqual(returnedFields(storedManagedFields([HELM]), [EXPERIMENT], OURS), [HELM])
  })

  test('are not given back where somebody else has written the object since', () => {
    const stored = storedManagedFields([HELM])
    const again = { ...HELM, time: '2026-03-01T10:05:00Z' }
    const other = { manager: 'kubectl-edit', operation: 'Update', time: '2026-03-01T10:05:00Z' }
    for (const writer of [again, other]) assert.equal(returnedFields(stored, [writer, EXPERIMENT], OURS), undefined)
  })

  test('are not asked for once more, also where an earlier experiment had left itself as an owner', () => {
    const stored = storedManagedFields([HELM, EXPERIMENT])
    const returned = returnedFields(stored, [TAKEN, EXPERIMENT], OURS)
    assert.deepEqual(returned, [HELM])
    assert.equal(returnedFields(stored, returned, OURS), undefined)
  })

  test('are not stored where their list is very long', () => {
    assert.equal(storedManagedFields([{ ...HELM, fieldsV1: { 'f:spec': 'x'.repeat(60_000) } }]), undefined)
  })
})

describe('an experiment', () => {
  test('that keeps an edit leaves the owners as they are', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    await run(cluster, { until: ({ experiment }) => experiment.call(cluster).status?.current?.stage === 'loading' })
    cluster.edit(({ template }) => {
      template.spec.containers[0]!.image = 'web:2'
    })
    await run(cluster)
    assert.equal(cluster.experiment().status?.reason, 'TargetEdited')
    assert.ok(!cluster.calls.includes('return fields'))
  })

  test('ends as usual where the API server refuses to give fields back', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    cluster.refuseReturn = new KubeError('Invalid', 'no', { status: 422 })
    await run(cluster)
    const { status, metadata } = cluster.experiment()
    assert.deepEqual([status?.phase, status?.kept, metadata.finalizers], ['Completed', undefined, []])
    assert.equal(cluster.calls.filter((call) => call === 'return fields').length, 1)
  })
})
