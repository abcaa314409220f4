import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ByteReader, ByteWriter } from '../../src/learner/bytes.ts'
import { NONE } from '../../src/learner/days.ts'
import { RECENT_BYTES, RecentSamples } from '../../src/learner/recent-samples.ts'

const empty = () => new RecentSamples(new Uint8Array(RECENT_BYTES))
const hour = (recent: RecentSamples, age: number) => Array.from({ length: 12 }, (_, i) => recent.at(age, i))
const filled = (...buckets: number[]) => [...buckets, ...Array<number>(12 - buckets.length).fill(NONE)]

describe('recent samples', () => {
  test('are kept one by one, up to twelve an hour, newest hour first', () => {
    const recent = empty()
    assert.equal(recent.hours, 0)
    recent.push(Uint8Array.of(1, 2, 3))
    recent.push(Uint8Array.from({ length: 12 }, (_, i) => 10 + i))
    assert.equal(recent.hours, 2)
    assert.deepEqual(hour(recent, 1), [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21])
    assert.deepEqual(hour(recent, 2), filled(1, 2, 3))
  })

  test('of more than twelve are quantiles of them, the highest included', () => {
    const recent = empty()
    recent.push(Uint8Array.from({ length: 24 }, (_, i) => i + 1))
    assert.deepEqual(hour(recent, 1), [2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24])
    recent.push(Uint8Array.from({ length: 13 }, (_, i) => i))
    assert.deepEqual(hour(recent, 1), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  })

  test('are those of the last 24 hours that have any', () => {
    const recent = empty()
    for (let i = 0; i < 30; i++) recent.push(Uint8Array.of(i))
    assert.equal(recent.hours, 24)
    assert.deepEqual(
      [1, 2, 24].map((age) => recent.at(age, 0)),
      [29, 28, 6],
    )
    assert.equal(recent.at(3, 1), NONE)
  })

  test('are none once cleared', () => {
    const recent = empty()
    for (let i = 0; i < 30; i++) recent.push(Uint8Array.of(i, i))
    recent.clear()
    assert.equal(recent.hours, 0)
    recent.push(Uint8Array.of(5))
    assert.deepEqual(hour(recent, 1), filled(5))
    assert.equal(recent.hours, 1)
  })

  test('are read as they were written', () => {
    const [recent, restored] = [empty(), empty()]
    for (let i = 0; i < 40; i++) recent.push(Uint8Array.of(i, i + 1))
    const to = new ByteWriter()
    recent.writeCount(to)
    recent.write(to)
    const from = new ByteReader(to.finish())
    restored.readCount(from)
    restored.read(from)
    assert.equal(from.remaining, 0)
    for (let age = 1; age <= 24; age++) assert.deepEqual(hour(restored, age), hour(recent, age))
    for (const each of [recent, restored]) each.push(Uint8Array.of(99))
    assert.deepEqual(hour(restored, 2), hour(recent, 2))
  })
})
