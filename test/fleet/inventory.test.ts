import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClusterInventory, readNode } from '../../src/fleet/index.ts'
import { readHpa } from '../../src/policy/index.ts'
import { parseQuantity } from '../../src/resources/index.ts'

const hpa = (name: string, target: string, namespace = 'shop') =>
  readHpa({ metadata: { namespace, name }, spec: { scaleTargetRef: { kind: 'Deployment', name: target } } })
const node = (name: string, allocatable: Record<string, string>) =>
  readNode({ metadata: { name }, status: { allocatable } })
const web = { namespace: 'shop', kind: 'Deployment', name: 'web' }

test('finds the autoscalers of a workload, as they come, change and go', () => {
  const inventory = new ClusterInventory()
  const names = () => inventory.autoscalersOf(web).map(({ name }) => name)
  assert.deepEqual(names(), [])
  inventory.replaceAutoscalers('HorizontalPodAutoscaler', 'shop', [hpa('a', 'web'), hpa('b', 'cart')])
  inventory.putAutoscaler(hpa('c', 'web', 'elsewhere'))
  assert.deepEqual(names(), ['a'])
  inventory.putAutoscaler(hpa('b', 'web'))
  assert.deepEqual(names().sort(), ['a', 'b'])
  inventory.deleteAutoscaler(hpa('a', 'web'))
  assert.deepEqual(names(), ['b'])
  inventory.replaceAutoscalers('VerticalPodAutoscaler', 'shop', [])
  assert.deepEqual(names(), ['b'])
  inventory.replaceAutoscalers('HorizontalPodAutoscaler', 'shop', [])
  assert.deepEqual(names(), [])
  assert.equal(inventory.autoscalersOf({ ...web, namespace: 'elsewhere' }).length, 1)
})

test('knows the most that any node has to give, each resource on its own', () => {
  const inventory = new ClusterInventory()
  assert.deepEqual(inventory.largestNode, {})
  inventory.replaceNodes([node('a', { cpu: '3920m', memory: '6Gi' }), node('b', { cpu: '2', memory: '30Gi' })])
  const largest = (cpu: string, memory: string) => ({ cpu: parseQuantity(cpu), memory: parseQuantity(memory) })
  assert.deepEqual(inventory.largestNode, largest('3920m', '30Gi'))
  inventory.putNode(node('c', { cpu: '64', memory: '1Gi' }))
  assert.deepEqual(inventory.largestNode, largest('64', '30Gi'))
  inventory.deleteNode({ name: 'b' })
  assert.deepEqual(inventory.largestNode, largest('64', '6Gi'))
  inventory.putNode(node('c', { cpu: 'many' }))
  assert.deepEqual(inventory.largestNode, largest('3920m', '6Gi'))
})

const custom = readHpa({
  metadata: { namespace: 'shop', name: 'shop' },
  spec: { scaleTargetRef: { apiVersion: 'example.com/v1', kind: 'WebApp', name: 'shop' } },
})

test('an autoscaler acts on the Pods that its target selects, whatever the target is called', () => {
  const inventory = new ClusterInventory()
  inventory.putAutoscaler(custom)
  const names = (labels: Record<string, string>, workload = web) =>
    inventory.autoscalersOf(workload, [{ labels: { tier: 'x' } }, { labels }]).map(({ name }) => name)
  assert.deepEqual(names({ app: 'shop' }), [])
  inventory.setSelector(custom, 'app=shop,!canary')
  assert.deepEqual(names({ app: 'shop' }), ['shop'])
  assert.deepEqual(names({ app: 'shop', canary: '' }), [])
  assert.deepEqual(names({ app: 'cart' }), [])
  assert.deepEqual(names({ app: 'shop' }, { ...web, namespace: 'elsewhere' }), [])
  inventory.setSelector(custom, 'app in (shop,cart)')
  assert.deepEqual(names({ app: 'cart' }), ['shop'])
  inventory.setSelector(custom, 'app=')
  assert.deepEqual(names({ app: 'cart' }), [])
  inventory.setSelector(custom, undefined)
  assert.deepEqual(names({ app: '' }), [])
})

test('an autoscaler is matched to a workload under another name by the controller of its Pods', () => {
  const inventory = new ClusterInventory()
  inventory.putAutoscaler(hpa('a', 'web'))
  const fancy = { ...web, name: 'fancy' }
  assert.deepEqual(inventory.autoscalersOf(fancy), [])
  assert.equal(inventory.autoscalersOf(fancy, [{ labels: {}, controllers: web }]).length, 1)
})

test('what autoscalers act on is known unless somebody says that it is not yet', () => {
  const inventory = new ClusterInventory()
  assert.equal(inventory.isKnown('shop'), true)
  inventory.follow('shop', () => false)
  assert.equal(inventory.isKnown('shop'), false)
  inventory.follow('shop', undefined)
  assert.equal(inventory.isKnown('shop'), true)
})
