import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { qosClass, type ResourceRequirements, readResources } from '../../src/resources/index.ts'

const classOf = (...containers: (ResourceRequirements | undefined)[]) => qosClass(containers.map(readResources))
const both = { cpu: '1', memory: '1Gi' }

describe('the QoS class', () => {
  test('is Guaranteed when every container has equal requests and limits of both resources', () => {
    assert.equal(classOf({ requests: both, limits: { cpu: '1000m', memory: '1024Mi' } }), 'Guaranteed')
    assert.equal(classOf({ limits: both }, { requests: both, limits: both }), 'Guaranteed')
  })

  test('is Burstable as soon as one container has no limit or different values', () => {
    assert.equal(classOf({ limits: both }, {}), 'Burstable')
    assert.equal(classOf({ limits: { cpu: '1' } }), 'Burstable')
    assert.equal(classOf({ requests: { cpu: '1' } }), 'Burstable')
    assert.equal(classOf({ requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '2', memory: '1Gi' } }), 'Burstable')
  })

  test('is BestEffort when nothing is requested, and zero counts as nothing', () => {
    assert.equal(classOf(undefined, {}), 'BestEffort')
    assert.equal(classOf({ requests: { cpu: '0' }, limits: { memory: 0 } }), 'BestEffort')
  })

  test('ignores other resources', () => {
    assert.equal(classOf({ requests: { 'ephemeral-storage': '1Gi' } }), 'BestEffort')
  })
})

describe('the resources of a container', () => {
  test('use the limit as the request if there is none', () => {
    assert.deepEqual(readResources({ limits: { cpu: '1' } }).cpu, { request: 10n ** 9n, limit: 10n ** 9n })
  })

  test('are invalid separately', () => {
    const read = readResources({ requests: { cpu: '2', memory: '1Gi' }, limits: { cpu: '1' } })
    assert.equal(read.cpu, 'invalid')
    assert.notEqual(read.memory, 'invalid')
    assert.equal(readResources({ requests: { cpu: '-1' } }).cpu, 'invalid')
  })
})
