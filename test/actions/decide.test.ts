import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actorOf, hold, resume, targetOf } from '../../src/actions/index.ts'
import type { KubeClient } from '../../src/kube/index.ts'

const WEB = targetOf('deployment/web', 'shop')

/** An API server with one Recommendation, that says who asks only after so many failures. */
function serverWith(spec: object, failures = 0) {
  const patches: unknown[] = []
  let left = failures
  const recommendation = {
    apiVersion: 'plimsoll.dev/v1alpha1',
    kind: 'Recommendation',
    metadata: { namespace: 'shop', name: 'deployment-web' },
    spec: { workload: { kind: 'Deployment', name: 'web' }, ...spec },
  }
  const client = {
    get: async () => recommendation,
    create: async () => {
      if (left-- > 0) throw new Error('the connection was reset')
      return { status: { userInfo: { username: 'ann' } } }
    },
    mergePatch: async (_type: unknown, _name: unknown, body: unknown) => void patches.push(body),
  } as unknown as KubeClient
  return { actor: actorOf(client, 'tester'), patches }
}

test('resuming what nobody holds writes nothing, and says so', async () => {
  const { actor, patches } = serverWith({})
  assert.deepEqual(await resume(actor, WEB), { says: 'nobody holds it', isWritten: false })
  assert.deepEqual(patches, [])
})

test('resuming what is held ends the hold', async () => {
  const { actor, patches } = serverWith({ hold: { by: 'bob' } })
  assert.deepEqual(await resume(actor, WEB), { says: 'no longer held', isWritten: true })
  assert.deepEqual(patches, [{ spec: { hold: null } }])
})

test('whoever could not be named once is asked for again', async () => {
  const { actor, patches } = serverWith({}, 1)
  await assert.rejects(hold(actor, WEB, {}), /reset/)
  assert.equal((await hold(actor, WEB, { reason: 'sale' })).isWritten, true)
  assert.deepEqual(patches, [{ spec: { hold: { by: 'ann', reason: 'sale', until: null } } }])
})
