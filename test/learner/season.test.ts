import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CPU_BUCKETS } from '../../src/learner/log-buckets.ts'
import { seasonOf } from '../../src/learner/season.ts'
import { windowOf } from './windows.ts'

/** A window whose hours are so many buckets busy. */
const busy = (hours: number, bucket: (hour: number) => number | undefined) =>
  windowOf(hours, (hour) => {
    const at = bucket(hour)
    return at === undefined ? {} : { cpu: CPU_BUCKETS.edges[at]! }
  })

const wave = (hour: number) => 80 + Math.round(20 * Math.sin((hour / 24) * 2 * Math.PI))
const noise = (hour: number) => ((hour * 2654435761) % 4294967296) / 4294967296
const weekend = (hour: number) => (Math.floor(hour / 24) % 7 < 5 ? 100 : 60)

describe('the season of CPU', () => {
  test('is daily if hours are like those of the day before', () => {
    assert.equal(seasonOf(busy(10 * 24, wave)), 'daily')
  })

  test('is weekly if a week predicts more than a day', () => {
    assert.equal(seasonOf(busy(14 * 24, weekend)), 'weekly')
    assert.equal(seasonOf(busy(14 * 24, (hour) => wave(hour) + (weekend(hour) === 100 ? 4 : 0))), 'daily')
  })

  test('is weekly only where the correlation at a week is higher by 0.15', () => {
    const lowered = (buckets: number) =>
      seasonOf(busy(14 * 24, (hour) => wave(hour) + (weekend(hour) === 100 ? buckets : 0)))
    // At a week it is 1; at a day, 0.859 and 0.836.
    assert.deepEqual([lowered(18), lowered(20)], ['daily', 'weekly'])
  })

  test('is missing in noise, and in usage that changes by less than two buckets', () => {
    assert.equal(seasonOf(busy(14 * 24, (hour) => 60 + Math.round(40 * noise(hour)))), undefined)
    assert.equal(seasonOf(busy(14 * 24, () => 80)), undefined)
    // A standard deviation of 1.5 buckets, and one of 2.5.
    assert.equal(seasonOf(busy(14 * 24, (hour) => (hour % 24 < 12 ? 80 : 83))), undefined)
    assert.equal(seasonOf(busy(14 * 24, (hour) => (hour % 24 < 12 ? 80 : 85))), 'daily')
  })

  test('needs three days of pairs of days, and five days of pairs of weeks', () => {
    assert.equal(seasonOf(busy(4 * 24 - 1, wave)), undefined)
    assert.equal(seasonOf(busy(4 * 24, wave)), 'daily')
    assert.equal(seasonOf(busy(12 * 24 - 1, (hour) => weekend(hour + 72))), undefined)
    assert.equal(seasonOf(busy(12 * 24, (hour) => weekend(hour + 72))), 'weekly')
  })

  test('needs a correlation of a half', () => {
    // Of each day's wave so many hours are noise.
    const mixed = (share: number) =>
      seasonOf(busy(14 * 24, (hour) => (noise(hour + 7) < share ? 60 + Math.round(40 * noise(hour)) : wave(hour))))
    // The correlations are 0.54 and 0.42.
    assert.equal(mixed(0.35), 'daily')
    assert.equal(mixed(0.4), undefined)
  })

  test('uses the last 14 days, and the busy hours: the 80th percentile', () => {
    const window = windowOf(30 * 24, (hour) => {
      const at = CPU_BUCKETS.edges[hour < 16 * 24 ? 80 : wave(hour)]!
      return { cpu: [0.01, 0.01, 0.01, at, 50] }
    })
    assert.equal(seasonOf(window), 'daily')
    assert.equal(seasonOf(busy(10 * 24, (hour) => (hour % 3 === 0 ? undefined : wave(hour)))), 'daily')
  })
})
