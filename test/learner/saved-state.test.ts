import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gunzipSync, crc32 as zlibCrc32 } from 'node:zlib'
import fc from 'fast-check'
import type { UsageSample } from '../../src/history/index.ts'
import { createLearner, LearnerStateError, restoreLearner } from '../../src/learner/index.ts'
import { readResources } from '../../src/resources/index.ts'
import { DAY, decided, history, MIB, START, series, workload } from './usage.ts'

function learned(samples: readonly UsageSample[]) {
  const learner = createLearner()
  learner.observe(samples)
  return learner
}

const FIXTURES = join(import.meta.dirname, '../fixtures/learner')

const SHOP = [
  { name: 'checkout', goal: 'balanced' },
  { name: 'cart', goal: 'reliability' },
  { name: 'search', goal: 'savings' },
] as const
const author = new Map([['app', readResources({ requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '2Gi' } })]])

/** A day of the history that the state of version 3 was learned from. */
function dayOf(day: number, index: number, name: string) {
  const usage = (i: number) => ({
    cpu: (0.2 + 0.1 * index) * (1 + 0.8 * Math.sin((i / 288) * 2 * Math.PI)) + (((i + day * 11) * 37) % 97) / 500,
    memory: (300 + 50 * index + (((i + day * 7) * 53) % 101)) * MIB,
  })
  return series(288, usage, {
    start: START + day * DAY,
    container: { workload: { ...workload, name }, container: 'app' },
  })
}

const containers = ['app', 'sidecar'].map((container) => ({ workload, container }))
const mixed = fc
  .tuple(history, fc.array(fc.boolean(), { minLength: 202, maxLength: 202 }))
  .map(([samples, second]) => samples.map((s, i) => ({ ...s, container: containers[second[i] ? 1 : 0]! })))

describe('saved learner state', () => {
  test('a restored learner continues exactly as the saved one would have, to the byte', () => {
    fc.assert(
      fc.property(mixed, mixed, (before, after) => {
        const throughout = learned([...before, ...after])
        const restored = restoreLearner(learned(before).save())
        restored.observe(after)
        assert.deepEqual(restored.save(), throughout.save())
        const now = START + 21 * DAY
        assert.deepEqual(decided(restored, workload, 'savings', now), decided(throughout, workload, 'savings', now))
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

  test('version 5 stays what it was: raise VERSION when this fails, old states mean something else now', () => {
    const year = series(400, (i) => ({ cpu: ((i * 7919) % 3001) / 1000, memory: ((i * 104_729) % 4093) * MIB }))
    const later = series(400, (i) => ({ cpu: i / 100, memory: i * MIB }), { start: START + 300 * DAY })
    assert.equal(
      zlibCrc32(
        learned([...year, ...later])
          .save()
          .subarray(0, -4),
      ).toString(16),
      '89277ecb',
    )
  })

  test('a state of version 2 is taken over: nine days of 0.25 cores and 300 MiB', () => {
    const base64 = readFileSync(join(FIXTURES, 'state-version-2.gz.base64'), 'utf8')
    const old = gunzipSync(Buffer.from(base64, 'base64'))
    assert.equal(old.readUInt32LE(4), 2)
    const learner = restoreLearner(old)
    const [container] = decided(learner, workload, 'balanced', START + 9 * DAY)
    assert.equal(container!.cpu!.request, '251m')
    assert.equal(container!.memory!.request, '353Mi')
    assert.equal(container!.evidence!.samples, 9 * 288)
    learner.observe(series(288, () => ({ cpu: 0.25, memory: 300 * MIB }), { start: START + 9 * DAY }))
    assert.equal(decided(learner, workload, 'balanced', START + 10 * DAY)[0]!.cpu!.request, '251m')
    assert.equal(restoreLearner(learner.save()).counts.samples, 10 * 288)
  })

  test('a state of version 3 is taken over: three goals, a new version, an OOM kill', () => {
    // What that version recommended from this state (but for why it was not sure), and what this one recommends a day later.
    const expected = JSON.parse(readFileSync(join(FIXTURES, 'state-version-3.recommendations.json'), 'utf8'))
    const old = gunzipSync(Buffer.from(readFileSync(join(FIXTURES, 'state-version-3.gz.base64'), 'utf8'), 'base64'))
    assert.equal(old.readUInt32LE(4), 3)
    const learner = restoreLearner(old)
    assert.deepEqual(learner.counts, { samples: 8641, ignored: 0 })
    const again = restoreLearner(learner.save())
    for (const each of [learner, again]) {
      const ask = (at: number) =>
        Object.fromEntries(
          SHOP.map(({ name, goal }) => [name, decided(each, { ...workload, name }, goal, at, { author })]),
        )
      assert.deepEqual(ask(START + 10 * DAY + 60), expected.now)
      for (const [index, { name }] of SHOP.entries()) each.observe(dayOf(10, index, name))
      assert.deepEqual(ask(START + 11 * DAY), expected.next)
    }
    assert.deepEqual(learner.save(), again.save())
  })

  test('the state of one workload of version 3 is taken over, in which nothing was decided yet', () => {
    const state = readFileSync(join(FIXTURES, '../previous-version/on-trial.learner-state'))
    assert.equal(state.readUInt32LE(4), 3)
    const learner = createLearner()
    learner.restoreWorkloads(state)
    const [restored] = [...learner.workloads()]
    assert.deepEqual(restored, { namespace: 'shop', kind: 'Deployment', name: 'on-trial' })
    const [app] = decided(learner, restored!, 'reliability', 1_770_259_200)
    assert.equal(app!.name, 'app')
    assert.equal(app!.evidence!.samples, 4320)
    assert.equal(app!.evidence!.to, '2026-02-05T02:39:00.000Z')
    assert.deepEqual([app!.cpu!.request, app!.memory!.request, app!.memory!.limit], ['82m', '408Mi', '808Mi'])
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
    const advice = 'Delete it to learn again from the history.'
    assert.equal(
      message(new TextEncoder().encode('workload,timestamp,cpu_cores,memory_bytes')),
      `saved learner state: it does not begin as one, some other program wrote it. ${advice}`,
    )
    assert.equal(message(newer), `saved learner state: format version 9, this program reads 2 to 5. ${advice}`)
    assert.equal(message(saved.subarray(0, 5)), `saved learner state: only 5 bytes, it is cut short. ${advice}`)
    assert.equal(
      message(saved.subarray(0, -1)),
      `saved learner state: its checksum is wrong, it is cut short or damaged. ${advice}`,
    )
  })
})
