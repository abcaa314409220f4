import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TokenBucket } from '../../src/kube/index.ts'
import { FakeTime } from '../clock/fake-time.ts'

test('lets a burst through immediately, then one after the other at its rate, in order', async () => {
  const time = new FakeTime()
  const bucket = new TokenBucket({ perSecond: 5, burst: 3 }, time)
  const passed: number[] = []
  const all = Array.from({ length: 8 }, async (_, number) => {
    await bucket.take()
    passed.push(number)
  })
  await new Promise(setImmediate)
  assert.deepEqual(passed, [0, 1, 2])
  for (let count = 4; count <= 8; count++) {
    time.advance(199)
    await new Promise(setImmediate)
    assert.equal(passed.length, count - 1)
    time.advance(1.001)
    await new Promise(setImmediate)
    assert.equal(passed.length, count)
  }
  await Promise.all(all)
  assert.deepEqual(passed, [0, 1, 2, 3, 4, 5, 6, 7])
})

test('a quiet hour allows no more than the burst', () => {
  const time = new FakeTime()
  const bucket = new TokenBucket({ perSecond: 5, burst: 3 }, time)
  time.advance(3_600_000)
  assert.deepEqual(
    [1, 2, 3, 4].map(() => bucket.tryTake()),
    [true, true, true, false],
  )
  time.advance(200)
  assert.deepEqual([bucket.tryTake(), bucket.tryTake()], [true, false])
})

test('a caller that stops waiting returns its turn, and gets the reason', async () => {
  const time = new FakeTime()
  const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, time)
  await bucket.take()
  const stop = new AbortController()
  const waiting = bucket.take(stop.signal)
  assert.equal(bucket.tryTake(), false, 'nobody jumps the queue')
  stop.abort(new Error('enough'))
  await assert.rejects(waiting, /enough/)
  await assert.rejects(bucket.take(stop.signal), /enough/)
  time.advance(1_000)
  assert.equal(bucket.tryTake(), true)
  assert.equal(time.waiting, 0)
})
