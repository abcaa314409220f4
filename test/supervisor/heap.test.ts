import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { heapMebibytes, workerArguments } from '../../src/supervisor/heap.ts'

const MEBIBYTE = 2 ** 20
const MACHINE = 64 * 1024 * MEBIBYTE

test('without a limit, or with one equal to the machine, Node decides', () => {
  for (const none of [0, MACHINE, MACHINE * 2, 2 ** 63, Number.NaN])
    assert.equal(heapMebibytes(none, MACHINE), undefined)
})

test('the heap leaves room for the rest of the container', () => {
  assert.equal(heapMebibytes(256 * MEBIBYTE, MACHINE), 96)
  assert.equal(heapMebibytes(512 * MEBIBYTE, MACHINE), 307)
  assert.equal(heapMebibytes(4096 * MEBIBYTE, MACHINE), 2457)
})

test('in any container with enough memory for Node it is well below the limit, and increases with the limit', () => {
  const limit = fc.integer({ min: 224 * MEBIBYTE, max: MACHINE - 1 })
  fc.assert(
    fc.property(limit, limit, (a, b) => {
      const [less, more] = [Math.min(a, b), Math.max(a, b)].map((bytes) => heapMebibytes(bytes, MACHINE)! * MEBIBYTE)
      assert.ok(less! <= more!)
      assert.ok(more! <= 0.6 * Math.max(a, b) && more! <= Math.max(a, b) - 160 * MEBIBYTE)
    }),
  )
})

test('a worker always has a small young generation, and a heap limit if its container has a memory limit', () => {
  assert.deepEqual(workerArguments(0, MACHINE), ['--max-semi-space-size=8'])
  assert.deepEqual(workerArguments(512 * MEBIBYTE, MACHINE), ['--max-semi-space-size=8', '--max-old-space-size=307'])
})
