import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leastCores } from './cheapest.ts'

const measured = (...points: readonly (readonly [cores: number, p95Milliseconds: number])[]) =>
  points.map(([cores, p95Milliseconds]) => ({ cores, p95Milliseconds }))

test('finds the least CPU between two measurements, on logarithmic scales', () => {
  const found = leastCores(measured([0.4, 25], [0.1, 400], [0.2, 100]), 50)
  assert.ok(Math.abs(found! - 0.2 * Math.SQRT2) < 1e-9, `${found}`)
})

test('averages measurements in the wrong order', () => {
  const found = leastCores(measured([0.1, 200], [0.2, 40], [0.25, 90], [0.4, 20]), 100)
  const pooled = Math.sqrt(40 * 90)
  const share = Math.log(200 / 100) / Math.log(200 / pooled)
  assert.ok(Math.abs(found! - 0.1 * 2 ** share) < 1e-9, `${found}`)
})

test('says nothing about a limit that no measurement meets, or all do', () => {
  assert.equal(leastCores(measured([0.1, 200], [0.2, 100]), 50), undefined)
  assert.equal(leastCores(measured([0.1, 200], [0.2, 100]), 500), undefined)
})
