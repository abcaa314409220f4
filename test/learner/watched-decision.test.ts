import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { WatchedDecision } from '../../src/learner/watched-decision.ts'

function watched(): WatchedDecision {
  const decision = new WatchedDecision()
  decision.begin(10, 50, 60)
  return decision
}

const outcome = ({ samples, samplesAbove, limitExceeded, hours }: WatchedDecision) => ({
  samples,
  samplesAbove,
  limitExceeded,
  hours,
})
const NOTHING = { samples: 0, samplesAbove: 0, limitExceeded: false, hours: 0 }

describe('a watched decision', () => {
  test('counts CPU samples, those above the request, and hours with any', () => {
    const decision = watched()
    for (const [hour, cpu] of [
      [10, 49],
      [10, 50],
      [10, 51],
      [12, 99],
      [13, 1],
    ] as const)
      decision.observe(hour, cpu, -1)
    assert.deepEqual(outcome(decision), { samples: 5, samplesAbove: 2, limitExceeded: false, hours: 3 })
  })

  test('notes when memory is above the limit, and not when it reaches it', () => {
    const decision = watched()
    decision.observe(10, -1, 60)
    assert.deepEqual(outcome(decision), NOTHING)
    decision.observe(10, -1, 61)
    assert.deepEqual(outcome(decision), { ...NOTHING, limitExceeded: true })
    decision.observe(11, -1, 10)
    assert.equal(decision.limitExceeded, true)
  })

  test('is watched for 24 hours from its own on', () => {
    const decision = watched()
    decision.observe(9, 99, 99)
    decision.observe(34, 99, 99)
    assert.deepEqual(outcome(decision), NOTHING)
    assert.deepEqual([decision.isOver(33), decision.isOver(34)], [false, true])
    decision.observe(33, 99, 99)
    assert.deepEqual(outcome(decision), { samples: 1, samplesAbove: 1, limitExceeded: true, hours: 1 })
  })

  test('is none before one begins', () => {
    const none = new WatchedDecision()
    none.observe(0, 99, 99)
    assert.deepEqual(outcome(none), NOTHING)
    assert.equal(none.isOver(1000), false)
  })

  test('starts again without what was seen of the last one', () => {
    const decision = watched()
    decision.observe(10, 99, 99)
    decision.begin(40, 70, 80)
    assert.deepEqual(
      [outcome(decision), decision.hour, decision.cpuRequest, decision.memoryLimit],
      [NOTHING, 40, 70, 80],
    )
    decision.observe(40, 99, -1)
    assert.equal(decision.hours, 1)
    decision.begin(40, 70, 80)
    decision.observe(40, 99, -1)
    assert.equal(decision.hours, 1)
  })
})
