import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { authorBuckets } from '../../src/learner/author-buckets.ts'
import { readResources } from '../../src/resources/index.ts'
import { bytes, cores } from './windows.ts'

const GIB = 2 ** 30
const NONE = { cpuRequest: -1, memoryRequest: -1, memoryLimit: -1 }
const of = (...resources: Parameters<typeof readResources>) => authorBuckets(readResources(...resources))

describe("the author's buckets", () => {
  test('are those of the requests and the memory limit', () => {
    assert.deepEqual(of({ requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '4', memory: '3Gi' } }), {
      cpuRequest: cores(0.5),
      memoryRequest: bytes(GIB),
      memoryLimit: bytes(3 * GIB),
    })
  })

  test('use eight times the request if there is no memory limit', () => {
    assert.equal(of({ requests: { memory: '1Gi' } }).memoryLimit, bytes(8 * GIB))
  })

  test('are missing if nothing was written, if it is not a quantity, or if the author is unknown', () => {
    assert.deepEqual(of(undefined), NONE)
    assert.deepEqual(authorBuckets(undefined), NONE)
    assert.deepEqual(of({ requests: { cpu: 'lots', memory: 'more' } }), NONE)
  })

  test('price each resource separately, and no memory limit without a request', () => {
    assert.deepEqual(of({ requests: { cpu: '2' } }), { ...NONE, cpuRequest: cores(2) })
    const { cpuRequest, memoryRequest } = of({ requests: { cpu: 'lots', memory: '1Gi' } })
    assert.deepEqual([cpuRequest, memoryRequest], [-1, bytes(GIB)])
  })
})
