import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { ApiOwner } from '../../../src/apply/restart/owner.ts'
import { restartApi } from '../../../src/apply/restart/restart-api.ts'
import { startServer } from '../../kube/fake-server.ts'

const SIGNAL = new AbortController().signal
const NOW = new Date('2026-03-01T10:00:30.123Z')
const ROLLOUT = { namespace: 'shop', kind: 'Rollout', name: 'web' }

async function asking(context: TestContext, answer: object = {}) {
  const server = await startServer(context, (call) => call.reply(200, answer))
  return { api: restartApi(server.client), calls: server.calls }
}

const owner = (more: Partial<ApiOwner> = {}) =>
  ({ metadata: { name: 'web', resourceVersion: '7' }, ...more }) as ApiOwner

test('an Argo Rollout is restarted by its own field, and no other part of it changes', async (context) => {
  const { api, calls } = await asking(context)
  await api.rollOut(ROLLOUT, owner(), NOW, SIGNAL)
  assert.equal(calls[0]!.path, '/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web')
  assert.deepEqual(JSON.parse(calls[0]!.body), {
    metadata: { resourceVersion: '7' },
    spec: { restartAt: '2026-03-01T10:00:30Z' },
  })
})

test('a Deployment is restarted like with kubectl rollout restart', async (context) => {
  const { api, calls } = await asking(context)
  await api.rollOut({ ...ROLLOUT, kind: 'Deployment' }, owner(), NOW, SIGNAL)
  const annotations = { 'kubectl.kubernetes.io/restartedAt': '2026-03-01T10:00:30Z' }
  assert.deepEqual(JSON.parse(calls[0]!.body).spec, { template: { metadata: { annotations } } })
})

test('the Pods of a Rollout with the template of a Deployment are found by the selector in its status', async (context) => {
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1a', controller: true }]
  const labels = { app: 'web', 'rollouts-pod-template-hash': '1a' }
  const pods = [
    { metadata: { namespace: 'shop', name: 'web-1', labels, ownerReferences } },
    { metadata: { namespace: 'shop', name: 'other', labels: { app: 'web' } } },
  ]
  const { api, calls } = await asking(context, { metadata: {}, items: pods })
  const found = await api.podsOf(ROLLOUT, owner({ status: { selector: 'app=web' } }), SIGNAL)
  assert.deepEqual(
    found.map(({ metadata }) => metadata?.name),
    ['web-1'],
  )
  assert.equal(calls[0]!.query.get('labelSelector'), 'app=web')
  assert.deepEqual(await api.podsOf(ROLLOUT, owner(), SIGNAL), [], 'no selector would be all Pods of the namespace')
})
