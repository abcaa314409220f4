import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  CPU_FEATURES,
  CPU_VARIANCES,
  cpuFeatures,
  cpuTerms,
  MEMORY_FEATURES,
  MEMORY_VARIANCES,
  memoryFeatures,
} from '../../src/learner/confidence.ts'
import { cpuHistograms } from '../../src/learner/cpu-histograms.ts'
import { cpuHeldDays } from '../../src/learner/held-days.ts'
import { LOG_STEP } from '../../src/learner/log-buckets.ts'
import { memoryRisk } from '../../src/learner/memory-risk.ts'
import { logit } from '../../src/learner/online-logistic.ts'
import type { UsageWindow } from '../../src/learner/usage-window.ts'
import { near } from './near.ts'
import { MIB } from './usage.ts'
import { bytes, cores, windowOf } from './windows.ts'

function featuresOf(window: UsageWindow, request: number, price = 20, days = 14): number[] {
  const into = new Float32Array(CPU_FEATURES)
  cpuFeatures(window, cpuHistograms(window)!, cores(request), price, days, into)
  return [...into]
}

const step = (from: number, to: number) => (cores(to) - cores(from)) * LOG_STEP
const single = (numbers: readonly number[]) => [...Float32Array.from(numbers)]

describe('the features of a CPU request', () => {
  test('are those of its past days, lately and in all, and how near usage is', () => {
    // Ten days of 1 core; a quarter of the eighth at 4 cores; the last hour at 2, the five before it at 1.5.
    const window = windowOf(240, (hour) => ({
      cpu: hour >= 168 && hour < 174 ? 4 : hour === 239 ? 2 : hour >= 234 ? 1.5 : 1,
    }))
    const { slow, quick, all } = cpuHeldDays(window, cores(1.2), 20)
    const [past, lately, ofAll] = [
      logit((slow.held + 0.7) / (slow.days + 1)),
      logit((quick.held + 0.5) / (quick.days + 0.8)),
      logit((all.held + 0.7) / (all.days + 1)),
    ] as const
    const { week } = cpuHistograms(window)!
    const above = [1.5, 2, 4].reduce((sum, value) => sum + week[cores(value)]!, 0)
    const expected = [
      past,
      1,
      -0.5,
      1,
      step(1.2, 2),
      7 / 14,
      lately,
      step(1.2, 1.5),
      step(1.2, 4),
      // To the last bucket below half of the mass.
      (cores(1.2) - (cores(1) - 1)) * LOG_STEP,
      Math.min((6 / 24) * 20, 4),
      Math.min(above * 20, 4),
      ofAll,
      step(1.2, 2),
      0,
    ]
    near(featuresOf(window, 1.2), single(expected))
  })

  test('say that the newest day held, and that the request is seldom exceeded', () => {
    const window = windowOf(240, (hour) => ({ cpu: hour % 24 === 5 ? [1, 1, 1, 1, 3] : 1 }))
    const actual = featuresOf(window, 2, 100, 3.5)
    const share = 1 / 120
    near(actual[2]!, 0.5)
    near(actual[3]!, 0)
    near(actual[5]!, 2)
    near(actual[10]!, Math.fround(share * 100))
    near(actual[8]!, Math.fround(step(2, 1)))
    assert.ok(actual[14]! > 0)
    near(actual[14]!, Math.fround((logit(10.7 / 11) + actual[0]! + actual[6]!) / 3 - 1.2))
  })

  test('are bounded, however far usage is from the request', () => {
    const high = featuresOf(
      windowOf(240, () => ({ cpu: 100 })),
      0.01,
      100,
      0.01,
    )
    near([high[4]!, high[7]!, high[8]!, high[10]!, high[11]!, high[13]!, high[5]!], [3, 2, 3, 4, 4, 2, 3])
    const low = featuresOf(
      windowOf(240, () => ({ cpu: 0.01 })),
      100,
      20,
      1000,
    )
    near([low[4]!, low[7]!, low[8]!, low[9]!, low[13]!], [-3, -2, -1, 3, -3])
    near(low[5]!, Math.fround(7 / 1000))
  })

  test('are none where no day is long enough to tell', () => {
    const young = featuresOf(
      windowOf(3, () => ({ cpu: 1 })),
      2,
      20,
      1 / 8,
    )
    assert.deepEqual([young[0], young[6], young[10]], [0, 0, 0])
    near(young[12]!, Math.fround(logit(0.7)))
    near(young[5]!, 3)
  })

  test('look for the busiest day of a fortnight, not of three weeks', () => {
    const busy = (from: number) => windowOf(480, (hour) => ({ cpu: hour >= from && hour < from + 24 ? 5 : 1 }))
    near(featuresOf(busy(120), 1)[8]!, 0)
    near(featuresOf(busy(144), 1)[8]!, Math.fround(step(1, 5)))
  })
})

describe('the terms of the CPU model', () => {
  test('are the features, and eight of them times how often the request would have held', () => {
    const features = Float32Array.from({ length: CPU_FEATURES }, (_, i) => (i + 1) / 8)
    const held = (features[0]! + features[6]! + features[12]!) / 3
    const products = [2, 4, 7, 8, 9, 10, 11, 13].map((i) => held * features[i]!)
    near(cpuTerms(features), [...features, ...products])
  })

  test('may move by 0.3, the products and those of memory by 0.05', () => {
    assert.deepEqual(CPU_VARIANCES, [...Array(15).fill(0.3), ...Array(8).fill(0.05)])
    assert.deepEqual(MEMORY_VARIANCES, Array(6).fill(0.05))
    assert.deepEqual([CPU_FEATURES, MEMORY_FEATURES], [15, 6])
  })
})

describe('the features of a memory limit', () => {
  const window = windowOf(480, (hour) => ({ memory: (hour === 100 ? 900 : hour === 470 ? 500 : 300) * MIB }))
  const featuresOf = (limit: number, days = 20) => {
    const risk = memoryRisk(window, { shortfall: 20, oomDay: 30 }, '24h', 20)!
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
