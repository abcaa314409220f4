import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { ClusterInventory } from '../../src/fleet/inventory.ts'
import { followAutoscalers, followNodes } from '../../src/informers/inventory.ts'
import { until } from '../cluster/harness/until.ts'
import { controllerContext } from '../controller/context.ts'
import { type Call, failure } from '../kube/fake-server.ts'

const HPA = {
  metadata: { namespace: 'shop', name: 'web' },
  spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' } },
}
const WEB = { namespace: 'shop', kind: 'Deployment', name: 'web' }
const QUICKLY = { everyMilliseconds: 5 }

/** @param answers by the last part of the path: the objects of a list, a status, or another answer */
async function following(
  t: TestContext,
  answers: Readonly<Record<string, readonly object[] | number | (() => object)>>,
) {
  const { context, calls } = await controllerContext(t, (call: Call) => {
    const answer = answers[call.path.split('/').at(-1)!] ?? 404
    if (call.query.has('watch')) call.sendRaw('')
    else if (typeof answer === 'function') call.reply(200, answer())
    else if (typeof answer === 'number') call.reply(answer, failure(answer, answer === 404 ? 'NotFound' : 'Forbidden'))
    else call.reply(200, { metadata: { resourceVersion: '1' }, items: answer })
  })
  const ending = new AbortController()
  t.after(() => ending.abort())
  const inventory = new ClusterInventory()
  return { context, calls, ending, inventory, signal: ending.signal }
}

test('a cluster without the types of the VPA is asked once, not repeatedly, and delays nothing', async (t) => {
  const { context, calls, ending, inventory, signal } = await following(t, { horizontalpodautoscalers: [HPA] })
  const followed = followAutoscalers(context, inventory, 'shop', signal)
  await until('what is there', followed.isSynced, QUICKLY)
  assert.equal(inventory.autoscalersOf(WEB).length, 1)
  assert.deepEqual(
    calls.filter(({ path }) => path.startsWith('/apis/autoscaling.k8s.io/')).map(({ path }) => path),
    ['/apis/autoscaling.k8s.io/v1/namespaces/shop/verticalpodautoscalers'],
  )
  ending.abort()
  assert.deepEqual(inventory.autoscalersOf(WEB), [])
})

test('existing VPAs are followed, and nothing counts as known before they are read', async (t) => {
  const vpa = { metadata: { namespace: 'shop', name: 'web' }, spec: { targetRef: { kind: 'Deployment', name: 'web' } } }
  const known = { horizontalpodautoscalers: [], verticalpodautoscalers: [vpa] }
  const { context, inventory, signal } = await following(t, known)
  const followed = followAutoscalers(context, inventory, 'shop', signal)
  assert.equal(followed.isSynced(), false)
  await until('what is there', followed.isSynced, QUICKLY)
  assert.equal(inventory.autoscalersOf(WEB)[0]?.kind, 'VerticalPodAutoscaler')
})

test('types that may not be read do not count as absent', async (t) => {
  const known = { horizontalpodautoscalers: [HPA], verticalpodautoscalers: 403 }
  const { context, calls, inventory, signal } = await following(t, known)
  const followed = followAutoscalers(context, inventory, 'shop', signal)
  await until('a second look', () => calls.filter(({ path }) => /vertical/.test(path)).length > 1, QUICKLY)
  assert.equal(followed.isSynced(), false)
})

const OF_CUSTOM = {
  metadata: { namespace: 'shop', name: 'shop' },
  spec: { scaleTargetRef: { apiVersion: 'example.com/v1', kind: 'WebApp', name: 'shop' } },
}
const served = () => ({
  resources: [
    { name: 'webapps/scale', kind: 'Scale' },
    { name: 'webapps', kind: 'WebApp' },
  ],
})

test('Pods of a custom target are those that its scale subresource selects, and are known before anything changes', async (t) => {
  const scale = () => ({ metadata: {}, status: { selector: 'app=shop' } })
  const known = { horizontalpodautoscalers: [OF_CUSTOM], v1: served, scale }
  const { context, calls, inventory, signal } = await following(t, known)
  const followed = followAutoscalers(context, inventory, 'shop', signal)
  assert.equal(inventory.isKnown('shop'), false)
  await until('what is there', followed.isSynced, QUICKLY)
  assert.equal(inventory.isKnown('shop'), true)
  assert.equal(inventory.autoscalersOf(WEB, [{ labels: { app: 'shop' } }])[0]?.name, 'shop')
  const paths = calls.map(({ path }) => path).filter((path) => path.startsWith('/apis/example.com'))
  assert.deepEqual(paths, ['/apis/example.com/v1', '/apis/example.com/v1/namespaces/shop/webapps/shop/scale'])
})

for (const [what, answers] of [
  ['is not served', { v1: 404 }],
  ['may not be read', { v1: served, scale: 403 }],
  ['does not exist', { v1: served, scale: 404 }],
  ['has no selector', { v1: served, scale: () => ({ metadata: {}, status: { selector: 7 } }) }],
  ['is of an API that answers nonsense', { v1: () => ({ resources: 'none' }) }],
] as const) {
  test(`a target that ${what} holds nothing up`, async (t) => {
    const { context, inventory, signal } = await following(t, { horizontalpodautoscalers: [OF_CUSTOM], ...answers })
    const followed = followAutoscalers(context, inventory, 'shop', signal)
    await until('what is there', followed.isSynced, QUICKLY)
    assert.deepEqual(inventory.autoscalersOf(WEB, [{ labels: { app: 'shop' } }]), [])
  })
}

test('nodes are followed', async (t) => {
  const node = { metadata: { name: 'a' }, status: { allocatable: { cpu: '2', memory: '4Gi' } } }
  const { context, inventory, signal } = await following(t, { nodes: [node] })
  const reflector = followNodes(context, inventory, [])
  void reflector.run(signal)
  await until('the nodes', () => reflector.isSynced, QUICKLY)
  assert.equal(inventory.largestNode.cpu, 2_000_000_000n)
})
