import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actorOf, applyNow, hold, namedBy, resume, targetOf } from '../../src/actions/index.ts'
import { type KubeClient, KubeError } from '../../src/kube/index.ts'

const WEB = targetOf('deployment/web', 'shop')

/** An API server with one Recommendation, that says who asks only after so many failures. */
function serverWith(spec: object, failures = 0, status?: object) {
  const patches: unknown[] = []
  let left = failures
  const recommendation = {
    apiVersion: 'plimsoll.dev/v1alpha1',
    kind: 'Recommendation',
    metadata: { namespace: 'shop', name: 'deployment-web' },
    spec: { workload: { kind: 'Deployment', name: 'web' }, ...spec },
    ...(status && { status }),
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
  assert.deepEqual(await resume(actor, WEB), { says: 'it is not held', isWritten: false })
  assert.deepEqual(patches, [])
})

test('resuming what is held ends the hold', async () => {
  const { actor, patches } = serverWith({ hold: { by: 'bob' } })
  assert.deepEqual(await resume(actor, WEB), { says: 'no longer held', isWritten: true })
  assert.deepEqual(patches, [{ spec: { hold: null } }])
})

test('after a failure, the name of the person is asked for again', async () => {
  const { actor, patches } = serverWith({}, 1)
  await assert.rejects(hold(actor, WEB, {}), /reset/)
  assert.equal((await hold(actor, WEB, { reason: 'sale' })).isWritten, true)
  assert.deepEqual(patches, [{ spec: { hold: { by: 'ann', reason: 'sale', until: null } } }])
})

test('a workload of which nothing is known can be held, and no other', async () => {
  const created: unknown[] = []
  const missing = new KubeError('NotFound', 'it is not there', { status: 404 })
  const client = {
    get: async ({ kind }: { kind: string }, { name }: { name: string }) => {
      if (kind === 'Recommendation' || name === 'typo') throw missing
      return { metadata: { name } }
    },
    create: async ({ kind }: { kind: string }, object: unknown) => {
      if (kind === 'Recommendation') created.push(object)
      return { status: { userInfo: { username: 'ann' } } }
    },
  } as unknown as KubeClient
  const actor = actorOf(client, 'tester')
  const { says } = await hold(actor, WEB, { reason: 'load test' })
  assert.equal(says, 'held; the applied values stay. Nothing has been learned about it yet')
  assert.deepEqual(created, [
    {
      metadata: { namespace: 'shop', name: 'deployment-web' },
      spec: { workload: { kind: 'Deployment', name: 'web' }, hold: { by: 'ann', reason: 'load test' } },
    },
  ])
  for (const text of ['deployment/typo', 'cloneset/web'])
    await assert.rejects(hold(actor, namedBy(text, 'shop')), /there is no Recommendation for/)
  assert.equal(created.length, 1)
})

test('running Pods get what is applied now, unless nothing is, or somebody holds the workload', async () => {
  const containers = [{ name: 'app', cpu: { request: '80m' } }]
  const applied = { revision: 3, time: '2026-03-01T09:00:00Z', source: 'observed', goal: 'balanced', containers }
  const { actor, patches } = serverWith({}, 0, { applied })
  assert.match((await applyNow(actor, WEB, { reason: 'sale' })).says, /running Pods get revision 3 now: app CPU 80m/)
  assert.deepEqual(patches, [{ spec: { applyNow: { revision: 3, by: 'ann', reason: 'sale' } } }])
  await assert.rejects(applyNow(serverWith({}).actor, WEB), /no revision is applied/)
  const held = serverWith({ hold: { by: 'bob' } }, 0, { applied })
  await assert.rejects(applyNow(held.actor, WEB), /bob holds it: kubectl plimsoll resume deployment\/web/)
})
