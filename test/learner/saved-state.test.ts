import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gunzipSync, crc32 as zlibCrc32 } from 'node:zlib'
import fc from 'fast-check'
import type { UsageSample } from '../../src/history/index.ts'
import { crc32 } from '../../src/learner/crc32.ts'
import { createLearner, LearnerStateError, restoreLearner } from '../../src/learner/index.ts'
import { DAY, history, MIB, START, series, workload } from './usage.ts'

function learned(samples: readonly UsageSample[]) {
  const learner = createLearner()
  learner.observe(samples)
  return learner
}

const containers = ['app', 'sidecar'].map((container) => ({ workload, container }))
const mixed = fc
  .tuple(history, fc.array(fc.boolean(), { minLength: 202, maxLength: 202 }))
  .map(([samples, second]) => samples.map((s, i) => ({ ...s, container: containers[second[i] ? 1 : 0]! })))

describe('saved learner state', () => {
  test('a restored learner goes on exactly as the saved one would have, to the byte', () => {
    fc.assert(
      fc.property(mixed, mixed, (before, after) => {
        const throughout = learned([...before, ...after])
        const restored = restoreLearner(learned(before).save())
        restored.observe(after)
        assert.deepEqual(restored.save(), throughout.save())
        const now = START + 21 * DAY
        assert.deepEqual(restored.recommend(workload, 'savings', now), throughout.recommend(workload, 'savings', now))
        assert.deepEqual(restored.counts, throughout.counts)
        assert.deepEqual([...restored.workloads()], [...throughout.workloads()])
      }),
    )
  })

  test('saving changes nothing, and nothing that comes later changes what was saved', () => {
    const learner = learned(series(400, (i) => ({ cpu: i / 1000, memory: i * MIB })))
    const saved = learner.save()
    const copy = saved.slice()
    assert.deepEqual(learner.save(), saved)
    learner.observe(series(400, () => ({ cpu: 1, memory: MIB })))
    assert.deepEqual(saved, copy)
    assert.notDeepEqual(learner.save(), saved)
  })

  test('a learner that knows nothing can be saved', () => {
    assert.deepEqual([...restoreLearner(createLearner().save()).workloads()], [])
  })

  test('version 3 stays what it was: raise VERSION when this fails, old states mean something else now', () => {
    const year = series(400, (i) => ({ cpu: ((i * 7919) % 3001) / 1000, memory: ((i * 104_729) % 4093) * MIB }))
    const later = series(400, (i) => ({ cpu: i / 100, memory: i * MIB }), { start: START + 300 * DAY })
    assert.equal(
      zlibCrc32(
        learned([...year, ...later])
          .save()
          .subarray(0, -4),
      ).toString(16),
      'd289a2f2',
    )
  })

  test('a state of version 2 is taken over: nine days of 0.25 cores and 300 MiB', () => {
    const base64 = readFileSync(join(import.meta.dirname, '../fixtures/learner/state-version-2.gz.base64'), 'utf8')
    const old = gunzipSync(Buffer.from(base64, 'base64'))
    assert.equal(old.readUInt32LE(4), 2)
    const learner = restoreLearner(old)
    const [container] = learner.recommend(workload, 'balanced', START + 9 * DAY)
    assert.equal(container!.cpu!.request, '251m')
    assert.equal(container!.memory!.request, '353Mi')
    assert.equal(container!.evidence!.samples, 9 * 288)
    learner.observe(series(288, () => ({ cpu: 0.25, memory: 300 * MIB }), { start: START + 9 * DAY }))
    assert.equal(learner.recommend(workload, 'balanced', START + 10 * DAY)[0]!.cpu!.request, '251m')
    assert.equal(restoreLearner(learner.save()).counts.samples, 10 * 288)
  })

  test('any single damaged byte is found', () => {
    const saved = learned(series(300, () => ({ cpu: 0.1, memory: MIB }))).save()
    fc.assert(
      fc.property(fc.nat(saved.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = saved.slice()
        damaged[at]! ^= flip
        assert.throws(() => restoreLearner(damaged), LearnerStateError)
      }),
    )
  })

  test('a state that was cut short anywhere is refused', () => {
    const saved = learned(series(300, () => ({ cpu: 0.1, memory: MIB }))).save()
    fc.assert(
      fc.property(fc.nat(saved.length - 1), (length) => {
        assert.throws(() => restoreLearner(saved.subarray(0, length)), LearnerStateError)
      }),
    )
  })

  test('the error says what is wrong and what to do', () => {
    const saved = createLearner().save()
    const newer = saved.slice()
    newer[4] = 9
    const message = (bytes: Uint8Array) => {
      try {
        restoreLearner(bytes)
        return 'restored'
      } catch (error) {
        return (error as Error).message
      }
    }
    const advice = 'Delete it to learn anew from the history.'
    assert.equal(
      message(new TextEncoder().encode('workload,timestamp,cpu_cores,memory_bytes')),
      `saved learner state: it does not begin as one, some other program wrote it. ${advice}`,
    )
    assert.equal(message(newer), `saved learner state: format version 9, this program reads 2 to 3. ${advice}`)
    assert.equal(message(saved.subarray(0, 5)), `saved learner state: only 5 bytes, it is cut short. ${advice}`)
    assert.equal(
      message(saved.subarray(0, -1)),
      `saved learner state: its checksum is wrong, it is cut short or damaged. ${advice}`,
    )
  })

  test('the checksum is the CRC-32 that zlib computes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => assert.equal(crc32(bytes), zlibCrc32(bytes))))
  })
})
