import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createLearner, type Learner } from '../../src/learner/index.ts'
import { checkout, DAY, decided, HOUR, MIB, START, series, values, workload } from './usage.ts'

const DAYS = 21
const RELEASED = START + DAYS * DAY

/** Three weeks of steady usage under one image. */
function known(): Learner {
  const learner = createLearner()
  learner.observe(usage(DAYS))
  learner.observeVersion(checkout, 'registry.example/checkout:1', START + DAY)
  ask(learner, RELEASED)
  return learner
}

function usage(days: number, start = START) {
  return series(days * 288, (i) => ({ cpu: 0.2 + ((i * 37) % 97) / 500, memory: (300 + ((i * 53) % 61)) * MIB }), {
    start,
  })
}

function ask(learner: Learner, now: number) {
  return decided(learner, workload, 'balanced', now)[0]!
}

describe('a new version of a container', () => {
  test('gets more immediately, and less confidence, because it is new', () => {
    const learner = known()
    const before = ask(learner, RELEASED + HOUR)
    learner.observeVersion(checkout, 'registry.example/checkout:2', RELEASED + HOUR)
    const after = ask(learner, RELEASED + HOUR)
    assert.ok(values(after).cpuRequest > values(before).cpuRequest)
    assert.ok(values(after).memoryLimit > values(before).memoryLimit)
    assert.ok(after.cpu!.confidence! < before.cpu!.confidence! * 0.75)
    assert.ok(after.memory!.confidence! < before.memory!.confidence! * 0.75)
    assert.equal(after.evidence!.memory!.doubt, 'changed version today')
    assert.equal(after.evidence!.cpu!.doubt, 'changed version today')
  })

  test('proves itself within a week: its confidence rises every day, until it is like any other', () => {
    const learner = known()
    const { memory } = ask(learner, RELEASED)
    learner.observeVersion(checkout, 'registry.example/checkout:2', RELEASED)
    const confidence: number[] = []
    for (let day = 1; day <= 9; day++) {
      learner.observe(usage(1, RELEASED + (day - 1) * DAY))
      const now = ask(learner, RELEASED + day * DAY)
      confidence.push(now.memory!.confidence!)
    }
    assert.deepEqual(confidence.slice(0, 7), confidence.slice(0, 7).toSorted())
    assert.ok(confidence[8]! > memory!.confidence! - 0.01, `${confidence}`)
    assert.equal(ask(learner, RELEASED + 9 * DAY).evidence!.memory!.doubt, undefined)
  })

  test('does not exist if the image is seen for the first time, or again', () => {
    const learner = known()
    const before = ask(learner, RELEASED)
    learner.observeVersion(checkout, 'registry.example/checkout:1', RELEASED)
    learner.observeVersion({ workload, container: 'unheard-of' }, 'registry.example/other:7', RELEASED)
    const { evidence, ...values } = ask(learner, RELEASED + HOUR)
    // The hour without samples is no longer part of a whole fortnight.
    assert.deepEqual({ ...values, evidence: { ...evidence, days: 14 } }, before)
    assert.equal(decided(learner, workload, 'balanced', RELEASED).length, 1)
  })

  test('is still new after a restart', () => {
    const learner = known()
    learner.observeVersion(checkout, 'registry.example/checkout:2', RELEASED)
    const restarted = createLearner()
    restarted.restoreWorkloads(learner.saveWorkload(workload)!)
    restarted.observeVersion(checkout, 'registry.example/checkout:2', RELEASED + HOUR)
    restarted.observe(usage(1, RELEASED).slice(0, 36))
    assert.equal(ask(restarted, RELEASED + 3 * HOUR).evidence!.memory!.doubt, 'changed version today')
  })
})
