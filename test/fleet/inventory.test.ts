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
  const surroundings = new ClusterInventory()
  const names = () => surroundings.autoscalersOf(web).map(({ name }) => name)
  assert.deepEqual(names(), [])
  surroundings.replaceAutoscalers('HorizontalPodAutoscaler', 'shop', [hpa('a', 'web'), hpa('b', 'cart')])
  surroundings.putAutoscaler(hpa('c', 'web', 'elsewhere'))
  assert.deepEqual(names(), ['a'])
  surroundings.putAutoscaler(hpa('b', 'web'))
  assert.deepEqual(names().sort(), ['a', 'b'])
  surroundings.deleteAutoscaler(hpa('a', 'web'))
  assert.deepEqual(names(), ['b'])
  surroundings.replaceAutoscalers('VerticalPodAutoscaler', 'shop', [])
  assert.deepEqual(names(), ['b'])
  surroundings.replaceAutoscalers('HorizontalPodAutoscaler', 'shop', [])
  assert.deepEqual(names(), [])
  assert.equal(surroundings.autoscalersOf({ ...web, namespace: 'elsewhere' }).length, 1)
})

test('knows the most that any node has to give, each resource on its own', () => {
  const surroundings = new ClusterInventory()
  assert.deepEqual(surroundings.largestNode, {})
  surroundings.replaceNodes([node('a', { cpu: '3920m', memory: '6Gi' }), node('b', { cpu: '2', memory: '30Gi' })])
  const largest = (cpu: string, memory: string) => ({ cpu: parseQuantity(cpu), memory: parseQuantity(memory) })
  assert.deepEqual(surroundings.largestNode, largest('3920m', '30Gi'))
  surroundings.putNode(node('c', { cpu: '64', memory: '1Gi' }))
  assert.deepEqual(surroundings.largestNode, largest('64', '30Gi'))
  surroundings.deleteNode({ name: 'b' })
  assert.deepEqual(surroundings.largestNode, largest('64', '6Gi'))
  surroundings.putNode(node('c', { cpu: 'many' }))
  assert.deepEqual(surroundings.largestNode, largest('3920m', '6Gi'))
})
