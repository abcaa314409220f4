import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LatencyModel, probability } from '../../src/slos/latency-model.ts'

/** Windows of a service whose odds of a bad request are those of a power of load per core. */
function served(load: number, cores: number, { power, at = 60 }: { power: number; at?: number }) {
  const odds = 0.05 * (load / cores / at) ** power
  return { load, cores, bad: (1000 * odds) / (1 + odds), total: 1000 }
}

test('learns the power of load per core where the CPU in force changes', () => {
  const model = new LatencyModel()
  for (let i = 0; i < 40; i++) model.observe(served(50, [1, 0.8, 0.7, 0.9][i % 4]!, { power: 9 }))
  assert.ok(Math.abs(model.slope.mean - 9) < 1.5, `${model.slope.mean}`)
  const { mean } = model.logOdds(50, 0.75)
  const { bad, total } = served(50, 0.75, { power: 9 })
  assert.ok(Math.abs(probability(mean) - bad / total) < 0.02, `${probability(mean)} instead of ${bad / total}`)
})

test('notices that the CPU in force does not matter, however load and bad requests move together', () => {
  const model = new LatencyModel()
  for (let i = 0; i < 60; i++) {
    const load = 40 + 10 * (i % 3)
    // A database that is slow when there is much to do.
    const slow = Math.min(0.5, 0.02 * (load / 40) ** 6)
    model.observe({ load, cores: [1, 1.5, 2][Math.floor(i / 3) % 3]!, bad: 1000 * slow, total: 1000 })
  }
  assert.ok(model.slope.mean < 0.7, `${model.slope.mean}`)
})

test('is less sure of the CPU that it has not tried', () => {
  const model = new LatencyModel()
  for (let i = 0; i < 20; i++) model.observe(served(50, 1, { power: 6 }))
  const sds = [1, 0.7, 0.4, 0.2].map((cores) => model.logOdds(50, cores).sd)
  for (const [i, sd] of sds.entries()) if (i > 0) assert.ok(sd > sds[i - 1]!, `${sds}`)
})

test('many requests of one window are no more sure than windows differ', () => {
  const [few, many] = [new LatencyModel(), new LatencyModel()]
  few.observe({ load: 10, cores: 1, bad: 50, total: 1000 })
  many.observe({ load: 10, cores: 1, bad: 50_000, total: 1_000_000 })
  const [a, b] = [few, many].map((model) => model.logOdds(10, 1).sd) as [number, number]
  assert.ok(a < b * 1.1, `${a} and ${b}`)
})

test('follows a service that becomes slower, within a few windows', () => {
  const model = new LatencyModel()
  for (let i = 0; i < 100; i++) model.observe(served(50, 1, { power: 6 }))
  for (let i = 0; i < 8; i++) model.observe(served(50, 1, { power: 6, at: 40 }))
  const { bad, total } = served(50, 1, { power: 6, at: 40 })
  const predicted = probability(model.logOdds(50, 1).mean)
  assert.ok(predicted > (0.6 * bad) / total, `${predicted} instead of ${bad / total}`)
})

test('stays finite for all windows', () => {
  const model = new LatencyModel()
  const extremes = [1e-9, 1, 1e9]
  for (let i = 0; i < 300; i++) {
    const total = extremes[i % 3]!
    const bad = i % 2 === 0 ? total : 0
    model.observe({ load: extremes[(i >> 1) % 3]!, cores: extremes[(i >> 2) % 3]!, bad, total })
    const { mean, sd } = model.logOdds(10, 1)
    assert.ok(Number.isFinite(mean) && Number.isFinite(sd) && sd >= 0, `${mean} ± ${sd} after ${i}`)
    assert.ok(model.slope.mean >= 0)
  }
})
