import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { StartupLearner, type StartupSample } from '../../src/learner/startup.ts'

const WINDOW = 15
const STARTED = 10_000

/** A start that is ready after some seconds, and uses this much at ages of a quarter of a minute each. */
function start(
  learner: StartupLearner,
  pod: string,
  readyAge: number | undefined,
  cores: (age: number) => number,
  more: Partial<StartupSample> = {},
) {
  const startup: number[] = []
  for (let age = 15; age <= 1200; age += 15) {
    const isReady = readyAge !== undefined && age >= readyAge
    const sample = {
      ...{ pod, startedSeconds: STARTED, timestampSeconds: STARTED + age, cpuCores: cores(age) },
      readySeconds: isReady ? STARTED + readyAge : undefined,
      ...more,
    }
    if (learner.observe('app', sample, WINDOW)) startup.push(age)
  }
  learner.settle(STARTED + 1200)
  return startup
}

describe('usage of a container', () => {
  test('is that of its startup until its Pod is ready, and in the sample that covers this moment', () => {
    assert.deepEqual(
      start(new StartupLearner(), 'a', 40, () => 0.1),
      [15, 30, 45],
    )
  })

  test('counts as steady after ten minutes, even if the Pod is not ready yet', () => {
    const startup = start(new StartupLearner(), 'a', undefined, () => 1)
    assert.equal(startup.at(-1), 600)
  })

  test('counts as startup for as long as earlier starts took to calm down', () => {
    const learner = new StartupLearner()
    const busy = (age: number) => (age <= 120 ? 1 : 0.1)
    start(learner, 'a', 40, busy)
    assert.deepEqual([learner.of('app')?.seconds, learner.of('app')?.cores], [120, 1])
    assert.equal(start(learner, 'b', 40, busy).at(-1), 120)
  })

  test('that rises again later is not startup', () => {
    const learner = new StartupLearner()
    start(learner, 'a', 40, (age) => (age > 400 && age < 500 ? 3 : 0.1))
    assert.equal(learner.of('app')?.seconds, 40)
  })
})

test('a start that never became ready is ignored', () => {
  const learner = new StartupLearner()
  start(learner, 'a', undefined, () => 1)
  assert.equal(learner.of('app'), undefined)
})

describe('a boost is proposed', () => {
  const atLimit = { limit: { steady: 1, inForce: 1 } }
  const busy = (age: number) => (age <= 60 ? 0.98 : 0.1)

  test('if the limit held back two starts', () => {
    const learner = new StartupLearner()
    start(learner, 'a', 50, busy, atLimit)
    assert.equal(learner.of('app')?.boost, undefined)
    start(learner, 'b', 50, busy, atLimit)
    assert.equal(learner.of('app')?.boost, 2)
  })

  test('once more if the boost is used up, but at most four times, and it stays if it is enough', () => {
    const learner = new StartupLearner()
    const using = (cores: number, inForce: number) => {
      for (let i = 0; i < 16; i++)
        start(learner, `${cores}/${inForce}/${i}`, 50, (age) => (age <= 60 ? cores : 0.1), {
          limit: { steady: 1, inForce },
        })
      return learner.of('app')?.boost
    }
    assert.deepEqual([using(1.9, 2), using(3.9, 4), using(1.4, 2), using(0.5, 2)], [4, 4, 2, undefined])
  })

  test('but not without a limit', () => {
    const learner = new StartupLearner()
    for (const pod of ['a', 'b', 'c']) start(learner, pod, 50, busy)
    assert.equal(learner.of('app')?.boost, undefined)
  })
})

test('what is remembered is bounded', () => {
  const learner = new StartupLearner()
  for (let i = 0; i < 100; i++) {
    const sample = { pod: `p${i}`, startedSeconds: STARTED, readySeconds: STARTED, cpuCores: 1 }
    for (let age = 0; age < 300; age++) learner.observe('app', { ...sample, timestampSeconds: STARTED + age }, WINDOW)
  }
  learner.settle(STARTED + 5000)
  assert.ok(learner.of('app'))
  learner.keep(new Set())
  assert.equal(learner.of('app'), undefined)
})
