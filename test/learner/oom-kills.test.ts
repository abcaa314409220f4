import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createLearner, restoreLearner } from '../../src/learner/index.ts'
import { parseQuantity, toNumber } from '../../src/resources/index.ts'
import { decided } from './usage.ts'

const MEBIBYTE = 2 ** 20
const START = 1_767_225_600
const workload = { namespace: 'shop', kind: 'Deployment', name: 'cart' }
const container = { workload, container: 'app' }

function samples(count: number, memoryBytes: number) {
  return Array.from({ length: count }, (_, i) => ({
    container,
    pod: 'a',
    timestampSeconds: START + i * 60,
    cpuCores: 0.1,
    memoryBytes,
  }))
}

function memory(learner: ReturnType<typeof createLearner>) {
  return decided(learner, workload, 'balanced', START + 7200)[0]?.memory
}

describe('an OOM kill', () => {
  test('is learned from before there is any other history: at least 100 MiB more than the limit', () => {
    const learner = createLearner()
    learner.observeOomKill({ container, timestampSeconds: START, limitBytes: 64 * MEBIBYTE })
    assert.ok(toNumber(parseQuantity(memory(learner)!.request)!) >= 164 * MEBIBYTE)
    assert.equal(decided(learner, workload, 'balanced', START)[0]!.cpu, undefined)
  })

  test('does not make CPU wait for the next day', () => {
    const learner = createLearner({ minimumHistory: { seconds: 3 * 3600, samples: 20 } })
    learner.observeOomKill({ container, timestampSeconds: START, limitBytes: 64 * MEBIBYTE })
    const at = (hours: number) => decided(learner, workload, 'balanced', START + hours * 3600)[0]!
    assert.equal(at(0).cpu, undefined)
    learner.observe(samples(200, 60 * MEBIBYTE))
    assert.equal(at(2).cpu, undefined)
    assert.ok(at(3.5).cpu)
  })

  test('closes an hour for memory alone: CPU of the same hour is learned from as soon as there is enough of it', () => {
    const learner = createLearner({ minimumHistory: { seconds: 300, samples: 5 } })
    learner.observeOomKill({ container, timestampSeconds: START, limitBytes: 64 * MEBIBYTE })
    const at = (seconds: number) => decided(learner, workload, 'balanced', START + seconds)[0]!
    assert.equal(at(1).cpu, undefined)
    learner.observe(samples(6, 60 * MEBIBYTE))
    assert.ok(toNumber(parseQuantity(at(310).cpu!.request)!) >= 0.09)
  })

  test('of a container without other data gives a limit of a few times the one it exceeded', () => {
    const learner = createLearner()
    learner.observeOomKill({ container, timestampSeconds: START, limitBytes: 64 * MEBIBYTE })
    const limit = toNumber(parseQuantity(memory(learner)!.limit!)!)
    assert.ok(limit <= 1024 * MEBIBYTE, `${limit / MEBIBYTE} MiB`)
  })

  test('after another, and beside the first CPU, still guesses no more than that in the first hour', () => {
    const learner = createLearner({ minimumHistory: { seconds: 300, samples: 5 } })
    for (const seconds of [0, 12, 40]) {
      learner.observeOomKill({ container, timestampSeconds: START + seconds, limitBytes: 64 * MEBIBYTE })
      decided(learner, workload, 'balanced', START + seconds)
    }
    learner.observe(samples(6, 60 * MEBIBYTE))
    const [recommendation] = decided(learner, workload, 'balanced', START + 310)
    assert.ok(recommendation!.cpu)
    const limit = toNumber(parseQuantity(recommendation!.memory!.limit!)!)
    assert.ok(limit <= 1024 * MEBIBYTE, `${limit / MEBIBYTE} MiB`)
  })

  test('raises a large limit by a fifth at least', () => {
    const learner = createLearner()
    learner.observeOomKill({ container, timestampSeconds: START, limitBytes: 4096 * MEBIBYTE })
    assert.ok(toNumber(parseQuantity(memory(learner)!.request)!) >= 1.2 * 4096 * MEBIBYTE)
  })

  test('counts among the evidence, and samples below the limit do not outweigh it', () => {
    const learner = createLearner({ minimumHistory: { seconds: 60, samples: 1 } })
    learner.observe(samples(100, 60 * MEBIBYTE))
    learner.observeOomKill({ container, timestampSeconds: START + 6000, limitBytes: 64 * MEBIBYTE })
    const [recommendation] = decided(learner, workload, 'savings', START + 7200)
    assert.equal(recommendation!.evidence!.oomKills, 1)
    assert.ok(toNumber(parseQuantity(recommendation!.memory!.limit!)!) >= 164 * MEBIBYTE)
  })

  test('raises the limit immediately, however expensive a change has become', () => {
    const learner = createLearner({ minimumHistory: { seconds: 60, samples: 1 } })
    learner.observe(
      Array.from({ length: 9 * 288 }, (_, i) => ({
        ...samples(1, 60 * MEBIBYTE)[0]!,
        timestampSeconds: START + i * 300,
      })),
    )
    const at = START + 9 * 86_400
    const before = decided(learner, workload, 'balanced', at)[0]!.memory!
    const limitBytes = toNumber(parseQuantity(before.limit)!)
    learner.observeOomKill({ container, timestampSeconds: at + 60, limitBytes })
    const after = decided(learner, workload, 'balanced', at + 120)[0]!.memory!
    assert.ok(toNumber(parseQuantity(after.limit)!) >= limitBytes + 100 * MEBIBYTE, after.limit)
  })

  test('without a valid limit is ignored', () => {
    const learner = createLearner()
    for (const limitBytes of [0, -1, Number.NaN])
      learner.observeOomKill({ container, timestampSeconds: START, limitBytes })
    assert.deepEqual(decided(learner, workload, 'balanced', START), [])
  })
})

describe('the state of one workload', () => {
  test('is saved and restored exactly, also beside others', () => {
    const learner = createLearner({ minimumHistory: { seconds: 60, samples: 1 } })
    learner.observe(samples(100, 60 * MEBIBYTE))
    learner.observeOomKill({ container, timestampSeconds: START + 6000, limitBytes: 64 * MEBIBYTE })
    const other = { workload: { ...workload, name: 'other' }, container: 'app' }
    const restored = createLearner({ minimumHistory: { seconds: 60, samples: 1 } })
    restored.observe(samples(3, 600 * MEBIBYTE))
    restored.observe([{ container: other, pod: '', timestampSeconds: START, cpuCores: 1, memoryBytes: MEBIBYTE }])
    restored.restoreWorkloads(learner.saveWorkload(workload)!)
    const ask = (from: typeof learner) => decided(from, workload, 'balanced', START + 7200)
    assert.deepEqual(ask(restored), ask(learner))
    const next = samples(2, 90 * MEBIBYTE)
    for (const each of [learner, restored]) each.observe(next)
    assert.deepEqual(restored.saveWorkload(workload), learner.saveWorkload(workload))
    assert.equal([...restored.workloads()].length, 2)
    assert.deepEqual(
      restoreLearner(restored.save(), { minimumHistory: { seconds: 60, samples: 1 } }).saveWorkload(workload),
      learner.saveWorkload(workload),
    )
  })

  test('does not exist for a workload that was never seen, or was forgotten', () => {
    const learner = createLearner()
    assert.equal(learner.saveWorkload(workload), undefined)
    learner.observe(samples(1, MEBIBYTE))
    learner.forget(workload)
    assert.equal(learner.saveWorkload(workload), undefined)
    learner.observe(samples(1, MEBIBYTE))
    assert.equal([...learner.workloads()].length, 1)
  })
})
