import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { highestKnown, knownDays } from '../../src/learner/known-days.ts'
import { near } from './near.ts'
import { cores, windowOf } from './windows.ts'

/** Whole days of 1 core, with a burst of 3 cores in this many hours of some of them; `length` hours in total. */
const bursts = (length: number, hours: (day: number) => number) =>
  windowOf(length, (hour) => ({ cpu: hour % 24 < hours(Math.floor(hour / 24)) ? 3 : 1 }))
const known = (length: number, hours: (day: number) => number, price = 20) =>
  knownDays(bursts(length, hours), cores(2), price)

describe('the result of the known days for a CPU request', () => {
  test('is the share above it on the worst of them, and at least twice the share that costs least', () => {
    const worst = known(240, (day) => (day === 3 ? 12 : day === 5 ? 3 : 0))
    assert.deepEqual(worst, { days: 10, shortDays: 2, statedShare: 0.5, newest: 0, hasBroken: false })
    assert.equal(known(240, () => 0).statedShare, 0.1)
    assert.equal(known(240, () => 0, 100).statedShare, 0.02)
    // An hour is 4.2 %: of 5 % that costs least, the day is not short.
    assert.deepEqual([known(240, () => 1).shortDays, known(240, () => 2).shortDays], [0, 10])
  })

  test('is the second worst from 21 known days on', () => {
    const share = (days: number) => known(days * 24, (day) => (day === 2 ? 12 : day === 3 ? 6 : 0)).statedShare
    // Both days are only known by their sketches now.
    assert.ok(Math.abs(share(20) - 0.5) < 0.13 && Math.abs(share(21) - 0.25) < 0.13, `${share(20)}, ${share(21)}`)
  })

  test('is exact for the newest day, and counts the middle of a rank for the others', () => {
    const one = windowOf(48, () => ({ cpu: [1, 1, 1, 1, 3] }))
    const { newest, statedShare } = knownDays(one, cores(2), 20)
    near([newest, statedShare], [0.2, 0.2])
    near(
      knownDays(
        windowOf(48, (hour) => ({ cpu: hour < 24 ? [1, 1, 1, 3, 3] : 1 })),
        cores(2),
        20,
      ).statedShare,
      0.3,
    )
    near(
      knownDays(
        windowOf(48, () => ({ cpu: 3 })),
        cores(2),
        20,
      ).statedShare,
      1,
    )
  })

  test('reaches back six weeks, with sketches of the days before the last 14', () => {
    const at = (burst: number) => known(50 * 24, (day) => (day === burst || day === burst + 1 ? 12 : 0)).statedShare
    assert.deepEqual([at(6), at(47) > 0.4], [0.1, true])
    assert.ok(Math.abs(at(20) - 0.5) < 0.13, `${at(20)}`)
    assert.equal(known(50 * 24, () => 0).days, 42)
    // Far above and far below all that was used.
    const sketched = (request: number) =>
      knownDays(
        bursts(50 * 24, () => 12),
        cores(request),
        20,
      ).statedShare
    assert.deepEqual([sketched(5), sketched(0.5)], [0.1, 1])
  })

  test('leaves out days with less than twelve hours of CPU', () => {
    const short = (hours: number) => windowOf(72, (hour) => (hour % 24 < hours ? { cpu: 3 } : {}))
    assert.equal(knownDays(short(12), cores(2), 20).days, 3)
    const mixed = windowOf(72, (hour) => ((hour < 48 ? hour % 24 < 12 : hour % 24 < 11) ? { cpu: 3 } : {}))
    assert.equal(knownDays(mixed, cores(2), 20).days, 2)
  })

  test('uses short days if there are no others, but not a single one', () => {
    const short = (hours: number, length: number) => windowOf(length, (hour) => (hour % 24 < hours ? { cpu: 3 } : {}))
    assert.deepEqual(
      [knownDays(short(11, 72), cores(2), 20).days, knownDays(short(1, 72), cores(2), 20).statedShare],
      [3, 1],
    )
    const young = { days: 0, shortDays: 0, statedShare: 0.1, newest: 0, hasBroken: false }
    assert.deepEqual(knownDays(short(11, 11), cores(2), 20), young)
    assert.deepEqual(
      knownDays(
        windowOf(11, () => ({ memory: 1 })),
        cores(2),
        20,
      ),
      young,
    )
  })

  test('shows for three days that one exceeded all earlier ones', () => {
    const broken = (day: number) => known(240, (d) => (d === day ? 6 : 0)).hasBroken
    assert.deepEqual([broken(9), broken(7), broken(6)], [true, true, false])
    assert.equal(known(240, (day) => (day === 2 ? 12 : day === 9 ? 6 : 0)).hasBroken, false)
    // Up to what needs no statement, nothing is broken; and of three days, nobody knows.
    assert.equal(known(240, (day) => (day === 9 ? 2 : 0)).hasBroken, false)
    assert.equal(known(72, (day) => (day === 2 ? 12 : 0)).hasBroken, false)
  })
})

describe('the highest CPU of the known days', () => {
  test('is that of any hour of 14 days, and approximately that of any earlier day', () => {
    assert.equal(highestKnown(bursts(240, (day) => (day === 1 ? 1 : 0))), cores(3))
    assert.equal(highestKnown(bursts(40 * 24, (day) => (day === 1 ? 1 : 0))), cores(3))
    assert.equal(highestKnown(bursts(40 * 24, () => 0)), cores(1))
    assert.equal(highestKnown(windowOf(24, () => ({ memory: 1 }))), -1)
  })
})
