import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GOAL_PRICES } from '../../src/learner/goals.ts'
import { cautiousPrices, trustedDays, versionAge } from '../../src/learner/version.ts'
import { near } from './near.ts'
import { HOUR, MIB, START } from './usage.ts'
import { recordOf } from './windows.ts'

const PROVEN = { days: Number.POSITIVE_INFINITY, doubt: 0, surprise: 0 }

/** A container of 20 days whose image changed so many hours ago; it has samples only in some of the hours since. */
function changed(hoursAgo: number, share = 1) {
  const since = 480 - hoursAgo
  const record = recordOf(since, () => ({ cpu: 1, memory: MIB }))
  record.noteVersion('app:1', START)
  record.noteVersion('app:2', START + since * HOUR)
  for (let hour = since; hour < 480; hour++)
    if ((hour - since) % Math.round(1 / share) === 0) record.add(START + hour * HOUR, 1, MIB)
  record.usage.closeUntil(480)
  return record
}

describe('the age of a version', () => {
  test('does not matter if the image never changed', () => {
    assert.deepEqual(versionAge(recordOf(24, () => ({ cpu: 1, memory: MIB }))), PROVEN)
  })

  test('begins with a doubt of a half, which falls as 1 / (n + 1) with each day, and a surprise of three tenths, which falls as its square', () => {
    assert.deepEqual(versionAge(changed(0)), { days: 0, doubt: 0.5, surprise: 0.3 })
    assert.deepEqual(versionAge(changed(24)), { days: 1, doubt: 0.25, surprise: 0.3 / 4 })
    assert.deepEqual(versionAge(changed(72)), { days: 3, doubt: 0.125, surprise: 0.3 / 16 })
  })

  test('is proven after seven days with samples, or fourteen with few', () => {
    assert.deepEqual(versionAge(changed(167)).doubt > 0, true)
    assert.deepEqual(versionAge(changed(168)), PROVEN)
    assert.ok(versionAge(changed(335, 0.25)).doubt > 0)
    assert.deepEqual(versionAge(changed(336, 0.25)), PROVEN)
  })
})

describe('a version that is not proven', () => {
  test('is known for two days and the days since', () => {
    assert.equal(trustedDays(14, { days: 0, doubt: 0.5, surprise: 0 }), 2)
    assert.equal(trustedDays(14, { days: 3, doubt: 0.1, surprise: 0 }), 5)
    assert.equal(trustedDays(1.5, { days: 3, doubt: 0.1, surprise: 0 }), 1.5)
    assert.equal(trustedDays(14, PROVEN), 14)
  })

  test('makes shortfalls and OOM days up to three times as expensive, and nothing else', () => {
    const { cpu, memory } = GOAL_PRICES.balanced
    assert.deepEqual(cautiousPrices(GOAL_PRICES.balanced, PROVEN), GOAL_PRICES.balanced)
    const cautious = cautiousPrices(GOAL_PRICES.balanced, { days: 0, doubt: 0.5, surprise: 0 })
    near([cautious.cpu.shortfall, cautious.memory.shortfall, cautious.memory.oomDay], [60, 60, 90])
    assert.equal(cautious.cpu.limitMargin, cpu.limitMargin)
    const less = cautiousPrices(GOAL_PRICES.balanced, { days: 1, doubt: 0.25, surprise: 0 })
    near([less.cpu.shortfall, less.memory.oomDay], [2 * cpu.shortfall, 2 * memory.oomDay])
  })
})
