import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawsCanary } from '../../src/sizing/canary-draw.ts'

test('every version draws the same Pods, because two versions may answer at the same time', () => {
  const drawn = (revision: number) =>
    Array.from({ length: 30 }, (_, i) => i).filter((i) => drawsCanary(`db-${i}`, revision, 20))
  assert.deepEqual(drawn(1), [3, 9, 27])
  assert.deepEqual(drawn(2), [0, 3, 6, 20, 25, 29])
})

test('0 % draws no Pod, 100 % all Pods', () => {
  const names = Array.from({ length: 1000 }, (_, i) => `db-${i}`)
  assert.ok(!names.some((name) => drawsCanary(name, 1, 0)))
  assert.ok(names.every((name) => drawsCanary(name, 1, 100)))
})
