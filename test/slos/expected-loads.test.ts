import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ExpectedLoads } from '../../src/slos/expected-loads.ts'

/** Windows of five minutes with these loads. */
function loadsOf(...loads: readonly number[]): ExpectedLoads {
  const expected = new ExpectedLoads()
  for (const [i, load] of loads.entries()) expected.note(load, load * 300, i * 300)
  return expected
}
const highest = (groups: readonly (readonly { readonly load: number }[])[]) =>
  Math.max(...groups.flat().map(({ load }) => load))
const times = (count: number, load: number) => Array<number>(count).fill(load)

test('a raise looks at the last six windows', () => {
  assert.deepEqual(
    loadsOf(...times(6, 40), ...times(6, 20))
      .toRaise('hour')
      .map(({ load }) => load),
    times(6, 20),
  )
})

test('a load that was a little higher keeps CPU up for twelve windows', () => {
  assert.equal(highest(loadsOf(...times(6, 24), ...times(6, 20)).toLower('hour')), 24)
  assert.equal(highest(loadsOf(...times(6, 24), ...times(12, 20)).toLower('hour')), 20)
})

test('a load that was twice as high is over after six windows', () => {
  assert.equal(highest(loadsOf(...times(6, 40), ...times(5, 20)).toLower('hour')), 40)
  assert.equal(highest(loadsOf(...times(6, 40), ...times(6, 20)).toLower('hour')), 20)
})

test('where CPU is decided by the day, the busiest hours of a day count', () => {
  const loads = loadsOf(...times(12, 80), ...times(36, 20))
  assert.equal(highest([loads.toRaise('day')]), 80)
  assert.equal(highest(loads.toLower('day')), 80)
  const dayLater = loadsOf(...times(12, 80), ...times(300, 20))
  assert.equal(highest(dayLater.toLower('day')), 20)
})

test('a load that has begun to rise is expected to rise as much again, and one that falls to stay', () => {
  assert.equal(loadsOf(20, 30).rising.load, 40)
  assert.equal(loadsOf(30, 20).rising.load, 20)
  assert.equal(loadsOf(30).rising.load, 30)
})
