import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { cpuHistograms } from '../../src/learner/cpu-histograms.ts'
import { addCpuOf, confidenceWith } from '../../src/learner/cpu-of-others.ts'
import type { Followed } from '../../src/learner/followed.ts'
import type { InstanceCpu, InstanceMemory } from '../../src/learner/instance.ts'
import { survivalWith } from '../../src/learner/memory-of-others.ts'
import { peakSurvival } from '../../src/learner/peak-survival.ts'
import { cores, windowOf } from './windows.ts'

const CPU: InstanceCpu = { middle: 60, spread: 2, sketch: [56, 57, 58, 59, 60, 61, 62, 63] }
const MEMORY: InstanceMemory = { middle: 80, spread: 2, days: [{ peak: 82, p95: 80 }] }

function followed<I>(instance: I, rest: Partial<Followed<I>> = {}): Followed<I> {
  return { like: 1, days: 6, instances: [instance], moves: [{ index: 0, by: 0 }], ...rest }
}

const sum = (histogram: Float64Array) => histogram.reduce((all, mass) => all + mass, 0)

describe('CPU of other instances', () => {
  const histograms = () => cpuHistograms(windowOf(1, () => ({ cpu: 1 })))!

  test('takes its share of what was used lately, by the days for which it counts', () => {
    const mixed = histograms()
    addCpuOf(followed(CPU), mixed, 3)
    for (const name of ['day', 'week'] as const) {
      assert.ok(Math.abs(sum(mixed[name]) - 1) < 1e-9)
      assert.ok(Math.abs(mixed[name][cores(1)]! - 1 / 3) < 1e-9, name)
      assert.ok(Math.abs(mixed[name][56]! - (0.25 * 2) / 3) < 1e-9, name)
    }
    assert.deepEqual([mixed.lowest, mixed.highest], [56, cores(1)])
  })

  test('takes the place of the last minutes in the first two hours alone', () => {
    const own = (hours: number, like = 1) => {
      const mixed = histograms()
      addCpuOf(followed(CPU, { like }), mixed, hours / 24)
      return Math.round(mixed.minutes[cores(1)]! * 1000) / 1000
    }
    assert.deepEqual([own(0.5), own(1), own(2), own(48)], [0.25, 0.5, 1, 1])
    assert.equal(own(1, 0.5), 0.75)
  })

  test('is moved to the level of the container, and counts for nothing if it is unlike', () => {
    const mixed = histograms()
    addCpuOf(followed(CPU, { moves: [{ index: 0, by: -20.4 }] }), mixed, 3)
    assert.equal(mixed.lowest, 36)
    const alone = histograms()
    addCpuOf(followed(CPU, { like: 0 }), alone, 3)
    assert.deepEqual(alone.day, histograms().day)
  })
})

test('confidence in a CPU request is the share of the others for which it is enough, as far as they count', () => {
  const four = { instances: [CPU, CPU, CPU, CPU], moves: [0, 0, 0, 40].map((by, index) => ({ index, by })) }
  const at = (request: number, days = 0, like = 1) =>
    Math.round(confidenceWith(followed(CPU, { ...four, like }), 0.5, request, 0.1, days) * 1000) / 1000
  assert.deepEqual([at(50), at(63), at(110)], [0.1, 0.7, 0.9])
  assert.deepEqual([at(63, 6), at(63, 0, 0)], [0.6, 0.5])
})

describe("other instances' peaks of memory", () => {
  const peak = { back: 0, weight: 4, peak: 100, p95: 1e8 }
  const chance = (of: Partial<Followed<InstanceMemory>>, days: number) =>
    survivalWith(followed(MEMORY, of), [peak], days).chance.slice()

  test('are the peaks to expect, but no lower than the one of today', () => {
    assert.ok(chance({ moves: [{ index: 0, by: 40 }] }, 0.1)[115]! > 0.9)
    assert.ok(chance({}, 0.1)[97]! > 0.9)
    assert.ok(chance({}, 2)[97]! < 0.6, 'after its first day, a lower day may come')
  })

  test('are averaged with what its own peaks say, by how likely it is like the others', () => {
    const alone = peakSurvival([peak], 1).chance.slice()
    const like = chance({}, 1)
    const half = chance({ like: 0.5 }, 1)
    for (const bucket of [70, 90, 110, 130])
      assert.ok(Math.abs(half[bucket]! - (alone[bucket]! + like[bucket]!) / 2) < 1e-12)
    assert.deepEqual(chance({ like: 0 }, 1), alone)
    assert.deepEqual(survivalWith(undefined, [peak], 1).chance.slice(), alone)
  })
})
