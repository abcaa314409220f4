import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leastThatHolds, median } from './sweep.ts'

for (const guess of [0.05, 0.39, 0.4, 0.41, 3])
  test(`finds the least value that holds to within 3 %, from a guess of ${guess}`, async () => {
    const found = await leastThatHolds(guess, 1.2, async (value) => value >= 0.4)
    assert.ok(found >= 0.4 && found <= 0.4 * 1.03, `${found}`)
  })

test('gives up where nothing holds', async () => {
  await assert.rejects(
    leastThatHolds(0.4, 1.2, async () => false),
    /found no edge/,
  )
})

test('takes the middle value', () => {
  assert.equal(median([3, 1, 2]), 2)
})
