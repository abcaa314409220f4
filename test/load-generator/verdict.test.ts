import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Tally } from '../../src/load-generator/tally.ts'
import { resultOf } from '../../src/load-generator/verdict.ts'

function tallyOf({ latency = 20, lateness = 1, count = 1000 }): Tally {
  const tally = new Tally()
  for (let i = 0; i < count; i++) {
    tally.requests += 1
    tally.sent += 1
    tally.latency.add(latency)
    tally.lateness.add(lateness)
  }
  return tally
}

describe('whether a load generator kept up', () => {
  it('it did when it was a millisecond late', () => {
    assert.equal(resultOf(tallyOf({}), 10, 0).throttled, undefined)
  })
  it('it did not when it was late by more than 25 ms, and the requests took 20', () => {
    assert.match(resultOf(tallyOf({ lateness: 30 }), 10, 0).throttled!, /busy: 1 % of the requests were 30 ms late/)
  })
  it('it did when it was late by little beside what the requests took', () => {
    assert.equal(resultOf(tallyOf({ lateness: 30, latency: 2000 }), 10, 0).throttled, undefined)
  })
  it('it did not when the CPU limit stopped it for more than 1 % of the time', () => {
    assert.match(resultOf(tallyOf({}), 10, 150).throttled!, /CPU limit .* 2 % of the time|CPU limit .* 1 % of the time/)
    assert.equal(resultOf(tallyOf({}), 10, 90).throttled, undefined)
    assert.equal(resultOf(tallyOf({}), 10, undefined).throttled, undefined)
  })
  it('it did not when it had no port left', () => {
    const tally = tallyOf({})
    tally.ownFailure = 'EADDRNOTAVAIL'
    assert.match(resultOf(tally, 10, 0).throttled!, /could not open a connection: EADDRNOTAVAIL/)
  })
})
