import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createLearner } from '../../src/learner/index.ts'
import { DAY, MIB, START, sample, series } from './usage.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function liveBytes(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Names as long as they come. */
function container(index: number) {
  const name = `${String(index).padStart(6, '0')}-${'n'.repeat(56)}`
  return { workload: { namespace: name, kind: 'Deployment', name }, container: name }
}

describe('footprint of the learner', () => {
  test('a container takes less than 6 KiB saved, and 9 KiB in memory', (t) => {
    const CONTAINERS = 2000
    const samples = Array.from({ length: CONTAINERS }, (_, c) =>
      [0, 1, 16].map((day) => sample(START + day * DAY, (c + 1) / 100, c * MIB, container(c))),
    )
    createLearner().observe(samples[0]!)
    const before = liveBytes()
    const learner = createLearner()
    for (const batch of samples) learner.observe(batch)
    const inMemory = (liveBytes() - before) / CONTAINERS
    const saved = learner.save().length / CONTAINERS
    t.diagnostic(`a container takes ${Math.round(inMemory)} bytes in memory, ${Math.round(saved)} saved`)
    assert.ok(inMemory < 9216, `${inMemory} bytes in memory`)
    assert.ok(saved < 6144 + 300, `${saved} bytes saved`)
    assert.equal(learner.counts.samples, 3 * CONTAINERS)
  })

  test('it does not grow with the samples', () => {
    const learner = createLearner()
    const month = series(30 * 288, (i) => ({ cpu: (i % 977) / 100, memory: (i % 499) * MIB }))
    learner.observe(month.slice(0, 1))
    const { length } = learner.save()
    learner.observe(month)
    assert.equal(learner.save().length, length)
  })
})
