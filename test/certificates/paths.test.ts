import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { PLAIN } from '../../src/api/index.ts'
import type { MutatingWebhookConfiguration, Sight } from '../../src/certificates/cluster.ts'
import { carriedBy, observePaths, pathKeysIn } from '../../src/certificates/paths.ts'
import { failure, startServer } from '../kube/fake-server.ts'

const KEY = '0123456789'.repeat(4)
const PLACES = {
  namespace: 'plimsoll',
  secretName: 'tls',
  caSecretName: 'ca',
  webhookConfiguration: 'plimsoll',
  deployment: 'hook',
}
const configuration = (...paths: (string | undefined)[]): MutatingWebhookConfiguration => ({
  metadata: { name: 'plimsoll' },
  webhooks: ['auto', 'approve'].map((mode, index) => {
    const path = paths[index]
    const service = { name: 'hook', namespace: 'plimsoll', ...(path !== undefined && { path }) }
    return { name: `${mode}.plimsoll.dev`, clientConfig: { service } }
  }),
})
const secretWith = (text: string) => ({ metadata: {}, data: { 'path.keys': Buffer.from(text).toString('base64') } })
const annotated = { 'plimsoll.dev/accepts-path-keys': 'true' }

const deployment = (status: object, annotations: object = annotated) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'hook', namespace: 'plimsoll', generation: 3 },
  spec: { template: { metadata: { annotations } } },
  status,
})

async function understoodBy(t: TestContext, found: object | undefined) {
  const { client, calls } = await startServer(t, (call) =>
    found ? call.reply(200, found) : call.reply(404, failure(404, 'NotFound', 'none')),
  )
  const sight = { configuration: configuration('/mutate/auto', '/mutate/approve'), servingSecret: secretWith(KEY) }
  const observed = await observePaths(client, PLACES, sight as unknown as Sight, t.signal)
  assert.deepEqual(
    calls.map(({ path }) => path),
    ['/apis/apps/v1/namespaces/plimsoll/deployments/hook'],
  )
  assert.deepEqual(observed!.accepted, [KEY])
  return observed!.understoodBy
}

test('keys are understood by all Pods when the Deployment has rolled out a template that says so', async (t) => {
  const done = { observedGeneration: 3, replicas: 2, updatedReplicas: 2 }
  assert.equal(await understoodBy(t, deployment(done)), 'all')
  assert.equal(await understoodBy(t, deployment({ ...done, observedGeneration: 2 })), 'some')
  assert.equal(await understoodBy(t, deployment({ ...done, replicas: 3 })), 'some')
  assert.equal(await understoodBy(t, deployment({})), 'some')
  assert.equal(await understoodBy(t, deployment(done, {})), 'none')
  assert.equal(await understoodBy(t, undefined), 'none')
})

test('there are no paths to keep without a Secret, or where the registration names URLs', async (t) => {
  const { client, calls } = await startServer(t, (call) => call.reply(500, {}))
  const url = {
    metadata: {},
    webhooks: [{ name: 'auto.plimsoll.dev', clientConfig: { url: 'https://x/mutate/auto' } }],
  }
  const servingSecret = secretWith(KEY)
  for (const sight of [{ configuration: configuration() }, { configuration: url, servingSecret }]) {
    assert.equal(await observePaths(client, PLACES, sight as unknown as Sight, t.signal), undefined)
  }
  assert.deepEqual(calls, [])
})

test('a key in a path counts only at the path of its mode', () => {
  const carried = (...paths: (string | undefined)[]) => [...carriedBy(configuration(...paths)).values()]
  assert.deepEqual(carried('/mutate/auto', `/mutate/approve/${KEY}`), [PLAIN, KEY])
  assert.deepEqual(carried(`/mutate/approve/${KEY}`, '/'), [undefined, undefined])
  assert.deepEqual(carried(), [undefined, undefined])
  const byUrl = (url: string) => [
    ...carriedBy({ metadata: {}, webhooks: [{ name: 'auto.x', clientConfig: { url } }] }).values(),
  ]
  assert.deepEqual(byUrl(`https://x:1/mutate/auto/${KEY}`), [KEY])
  assert.deepEqual(byUrl('nonsense'), [undefined])
})

test('a Secret without keys says nothing', () => {
  assert.deepEqual(pathKeysIn(secretWith(`${KEY}\n${PLAIN}\n`)), [KEY, PLAIN])
  assert.equal(pathKeysIn(secretWith('')), undefined)
  assert.equal(pathKeysIn({ metadata: {} }), undefined)
})
