import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cpuInForce, usedOf } from '../../src/controller/cpu-in-force.ts'
import { readResources } from '../../src/resources/index.ts'
import { podOf } from './reconciling.ts'

type Values = Parameters<typeof readResources>[0]
const pod = (name: string, spec: Values, actual?: Values) => ({
  ...podOf('web', 'shop', ['app']),
  name,
  containers: new Map([
    ['app', { spec: readResources(spec), ...(actual && { actual: readResources(actual) }), isAsRecorded: true }],
  ]),
})
const LIMITED = { requests: { cpu: '200m' }, limits: { cpu: '400m' } }

test('limits count as the kubelet has carried them out', () => {
  const all = cpuInForce([pod('a', LIMITED), pod('b', LIMITED, { limits: { cpu: '600m' } })], 'app')!
  assert.deepEqual([all.cores, all.isLimit], [1, true])
  assert.deepEqual(all.pods, [
    { name: 'a', cores: 0.4 },
    { name: 'b', cores: 0.6 },
  ])
})

test('requests count if there are no limits', () => {
  const all = cpuInForce([pod('a', LIMITED), pod('b', { requests: { cpu: '100m' } })], 'app')!
  assert.deepEqual([all.cores, all.isLimit], [0.5, false])
})

test('nothing counts for another container, or without Pods', () => {
  assert.equal(cpuInForce([pod('a', LIMITED)], 'proxy'), undefined)
  assert.equal(cpuInForce([], 'app'), undefined)
})

test('Pods with unknown usage are assumed to use the same share of their CPU as the others', () => {
  const all = cpuInForce([pod('a', LIMITED), pod('b', LIMITED), pod('c', { limits: { cpu: '800m' } })], 'app')!
  const used = new Map([
    ['a', 0.4],
    ['c', 0.2],
  ])
  assert.equal(usedOf(all, all.pods, (name) => used.get(name))?.toFixed(6), '0.800000')
  assert.equal(usedOf(all, all.pods.slice(0, 1), (name) => used.get(name))?.toFixed(6), '1.600000')
  assert.equal(
    usedOf(all, all.pods, () => undefined),
    undefined,
  )
})
