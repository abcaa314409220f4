import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  CPU_FEATURES,
  CPU_MODEL,
  coverage,
  cpuFeatures,
  MEMORY_FEATURES,
  MEMORY_MODEL,
  memoryFeatures,
} from '../../src/learner/confidence.ts'
import { LOG_STEP } from '../../src/learner/log-buckets.ts'
import { memoryRisk } from '../../src/learner/memory-risk.ts'
import { logit } from '../../src/learner/online-logistic.ts'
import { near } from './near.ts'
import { MIB } from './usage.ts'
import { bytes, windowOf } from './windows.ts'

const single = (numbers: readonly number[]) => [...Float32Array.from(numbers)]

describe('the features of a CPU request', () => {
  const known = { days: 10, shortDays: 2, statedShare: 0.2, newest: 0.05, hasBroken: false }
  const featuresOf = (change: Partial<typeof known>, lately = 0) => {
    const into = new Float32Array(CPU_FEATURES)
    cpuFeatures({ ...known, ...change }, lately, into)
    return [...into]
  }

  test('are the coverage of the known days, how near the newest was to the stated share, and the last hours', () => {
    near(featuresOf({}, 0.5), single([logit(10 / 11), 1, 0.25, 0.5, 0]))
    near(featuresOf({ hasBroken: true })[4]!, 1)
  })

  test('are bounded, however much the newest day exceeded it', () => {
    near(featuresOf({ newest: 1, statedShare: 0.1 })[2]!, 1.5)
  })
})

describe('the coverage of known days', () => {
  test('is that of the worst of them, and of the second worst from 21 days on', () => {
    near([coverage(0), coverage(1), coverage(20), coverage(21), coverage(42)], [0, 1 / 2, 20 / 21, 20 / 22, 41 / 43])
  })
})

describe('the models of confidence', () => {
  test('start near the coverage for CPU, and at the expected chance for memory', () => {
    assert.deepEqual(CPU_MODEL.weights, [0.3, 2.9, -2, -2, -0.5])
    assert.deepEqual(MEMORY_MODEL.weights, [1, 0, 0, 0, 0, 0])
    assert.deepEqual([CPU_MODEL.variances.length, MEMORY_MODEL.variances.length], [CPU_FEATURES, MEMORY_FEATURES])
  })
})

describe('the features of a memory limit', () => {
  const window = windowOf(480, (hour) => ({ memory: (hour === 100 ? 900 : hour === 470 ? 500 : 300) * MIB }))
  const featuresOf = (limit: number, days = 20) => {
    const risk = memoryRisk(window, { shortfall: 20, oomDay: 30 }, 20)!
    const into = new Float32Array(MEMORY_FEATURES)
    memoryFeatures(risk, limit, days, into)
    return { actual: [...into], chance: risk.chance }
  }
  const distance = (from: number, to: number) => (bytes(to * MIB) - from) * LOG_STEP

  test('are the chance that it holds, and how near the peaks are to it', () => {
    const limit = bytes(400 * MIB)
    const { actual, chance } = featuresOf(limit)
    near(actual, single([logit(1 - chance[limit]!), 1, 1, distance(limit, 900), distance(limit, 500), 7 / 20]))
    const above = bytes(600 * MIB)
    near(featuresOf(above).actual.slice(2, 5), single([0, distance(above, 900), distance(above, 500)]))
    assert.equal(featuresOf(bytes(500 * MIB)).actual[2], 0)
  })

  test('are bounded', () => {
    near(featuresOf(0, 0).actual.slice(3), [1, 1, 3])
    near(featuresOf(254).actual.slice(3, 5), [-2, -2])
  })
})
