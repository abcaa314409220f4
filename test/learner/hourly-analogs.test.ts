import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CPU_MASSES } from '../../src/learner/closed-hours.ts'
import { NONE } from '../../src/learner/days.ts'
import { fillHoursAfter, hoursAfter } from '../../src/learner/hourly-analogs.ts'
import { createLearner } from '../../src/learner/index.ts'
import { CPU_BUCKETS, LOG_STEP } from '../../src/learner/log-buckets.ts'
import { UsageWindow } from '../../src/learner/usage-window.ts'
import { weekdayLikeness } from '../../src/learner/weekdays.ts'
import { near } from './near.ts'
import { DAY, decided, HOUR, MIB, START, series, value, workload } from './usage.ts'
import { windowOf } from './windows.ts'

const AHEAD = 4

/** The expectation after this many hours of usage that depends on the hour. */
function expected(hours: number, cores: (hour: number) => number) {
  const usage = new UsageWindow()
  for (let hour = 0; hour < hours; hour++)
    for (let i = 0; i < 12; i++) usage.add(hour, CPU_BUCKETS.indexOf(cores(hour)), -1)
  usage.closeUntil(hours)
  const after = hoursAfter(AHEAD)
  fillHoursAfter(usage, 0, after)
  const mean = (ahead: number) => {
    const mass = after.masses[ahead]!.reduce((sum, each, bucket) => sum + each * CPU_BUCKETS.edges[bucket]!, 0)
    return mass / after.total[ahead]!
  }
  return { after, mean }
}

describe('similar hours', () => {
  test('predict a nightly peak an hour ahead of it, and its end', () => {
    const nightly = (hour: number) => (hour % 24 === 3 ? 2 : 0.1)
    const { mean } = expected(13 * 24 + 2, nightly)
    // Now it is two o'clock: the peak is the hour after the next. Hours an hour off on the clock weigh in and blur it.
    const means = [0, 1, 2, 3].map(mean)
    assert.equal(means.indexOf(Math.max(...means)), 1, `${means}`)
    assert.ok(means[1]! > 0.4, `${means}`)
    const midday = expected(13 * 24 + 12, nightly)
    for (let ahead = 0; ahead < AHEAD; ahead++) assert.ok(midday.mean(ahead) < 0.15, `${midday.mean(ahead)}`)
  })

  test('are only those at about the same level', () => {
    // Busy and idle periods of days alternate; a busy hour follows a busy hour, at any time of day.
    const { mean } = expected(14 * 24, (hour) => (Math.floor(hour / 24) % 2 === 1 ? 1 : 0.05))
    assert.ok(mean(0) > 0.4, `${mean(0)}`)
  })

  test('have masses that add up to their total, any number of hours ahead', () => {
    const { after } = expected(10 * 24 + 5, (hour) => 0.1 + (hour % 7) / 10)
    for (let ahead = 0; ahead < AHEAD; ahead++) {
      const sum = after.masses[ahead]!.reduce((total, mass) => total + mass, 0)
      assert.ok(Math.abs(sum - after.total[ahead]!) < 1e-9 * sum)
    }
    assert.equal(expected(1, () => 1).after.total[0], 0)
  })

  test('are weighted by level, by the usage of six hours and a day, by the time of day and the weekday, and half as much after a week', () => {
    // Irregular, so that no two hours are the same; some have no samples.
    const usage = windowOf(300, (hour) =>
      hour % 37 === 5 ? {} : { cpu: [0.1, 0.2, 0.3, 0.4, 0.5].map((x) => x * (1 + ((hour * 7919) % 23) / 23)) },
    )
    const after = hoursAfter(AHEAD)
    fillHoursAfter(usage, 0, after)
    const busyBefore = (hour: number, hours: number) =>
      Array.from({ length: hours }, (_, i) => usage.cpu(hour - 1 - i, 3)).filter((bucket) => bucket !== NONE)
    const situation = (hour: number) => ({
      level: usage.cpu(hour - 1, 2),
      recently: Math.max(0, ...busyBefore(hour, 6)),
      thatDay: busyBefore(hour, 24).reduce((sum, bucket) => sum + bucket, 0) / busyBefore(hour, 24).length,
    })
    const now = situation(300)
    const total = Array<number>(AHEAD).fill(0)
    const masses = total.map(() => new Map<number, number>())
    for (let then = 1; then < 299; then++) {
      const past = situation(then)
      const clock = Math.min((300 - then) % 24, 24 - ((300 - then) % 24))
      if (past.level === NONE || clock > 5) continue
      const distance =
        (((now.level - past.level) * LOG_STEP) / 0.5) ** 2 +
        (((now.recently - past.recently) * LOG_STEP) / 2) ** 2 +
        (((now.thatDay - past.thatDay) * LOG_STEP) / 2) ** 2 +
        (clock / 1.5) ** 2
      const weight = Math.exp(-distance / 2) * 2 ** (-(300 - then) / 168) * weekdayLikeness(then, 300)
      if (weight < 1e-3) continue
      for (let ahead = 0; ahead < AHEAD && then + ahead < 300; ahead++) {
        if (usage.cpu(then + ahead, 0) === NONE) continue
        total[ahead]! += weight
        for (let rank = 0; rank < 5; rank++) {
          const bucket = usage.cpu(then + ahead, rank)
          masses[ahead]!.set(bucket, (masses[ahead]!.get(bucket) ?? 0) + weight * CPU_MASSES[rank]!)
        }
      }
    }
    near(after.total, total)
    for (const [ahead, expected] of masses.entries())
      for (const [bucket, mass] of expected) near(after.masses[ahead]![bucket]!, mass, `${ahead} ahead`)
  })

  test('are within 14 days', () => {
    const usage = windowOf(700, (hour) => ({ cpu: hour < 364 ? 5 : 1 }))
    const after = hoursAfter(AHEAD)
    fillHoursAfter(usage, 0, after)
    assert.equal(after.masses[0]![CPU_BUCKETS.indexOf(5)], 0)
    const silent = windowOf(30, (hour) => (hour === 29 ? {} : { cpu: 1 }))
    fillHoursAfter(silent, 0, after)
    assert.deepEqual([...after.total], [0, 0, 0, 0])
  })

  test('raise the request before a nightly peak and lower it afterwards', () => {
    const learner = createLearner({ changes: { aDay: 3, lowerEveryHours: 6 } })
    const noise = (i: number) => 1 + ((i * 37) % 97) / 970
    const samples = series(14 * 288, (i) => ({
      cpu: (Math.floor(i / 12) % 24 === 3 ? 2 : 0.1) * noise(i),
      memory: 64 * MIB,
    }))
    const requests = new Map<number, number>()
    for (let hour = 1, next = 0; hour < 14 * 24; hour++) {
      const from = next
      while (next < samples.length && samples[next]!.timestampSeconds < START + hour * HOUR) next++
      learner.observe(samples.slice(from, next))
      const [container] = decided(learner, workload, 'balanced', START + hour * HOUR, { cadence: '1h' })
      if (container?.cpu) requests.set(hour, value(container.cpu.request))
    }
    const lastNight = (DAY / HOUR) * 13
    const atThree = requests.get(lastNight + 3)!
    const atNoon = requests.get(lastNight + 12)!
    assert.ok(atThree >= 2, `${atThree} at three`)
    assert.ok(atNoon < 0.2, `${atNoon} at noon`)
  })
})
