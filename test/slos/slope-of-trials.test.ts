import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LatencyModel } from '../../src/slos/latency-model.ts'
import { type ServedTrial, slopeOfTrials } from '../../src/slos/slope-of-trials.ts'

const LIMIT_SECONDS = 0.1

/** A trial of a service whose odds of a request above the limit are a power of load per core. */
function trial(cores: number, power: number): ServedTrial {
  const odds = 0.05 * (50 / cores / 60) ** power
  const slow = odds / (1 + odds)
  // Latency whose logarithm is a line in the share of the requests, through the limit.
  const at = (share: number) => [share, 100 * Math.exp(2 * (share - (1 - slow)))] as const
  return { load: 50, cores, requests: 3000, percentiles: [at(0.5), at(0.9), at(0.95), at(0.99), at(1)] }
}
const trials = (power: number) => [1.5, 1, 0.9, 0.8, 0.75, 0.7].map((cores) => trial(cores, power))

test('trials tell how steeply slow requests rise with load per core', () => {
  const [steep, flat] = [slopeOfTrials(trials(9), LIMIT_SECONDS)!, slopeOfTrials(trials(2), LIMIT_SECONDS)!]
  assert.ok(Math.abs(steep.mean - 9) < 2, `${steep.mean}`)
  assert.ok(flat.mean < 4, `${flat.mean}`)
  assert.ok(steep.sd >= 1 && steep.sd < 2, `${steep.sd}`)
})

test('trials with about the same load per core tell nothing, and neither do two', () => {
  assert.equal(
    slopeOfTrials(
      [1, 0.95, 0.9].map((cores) => trial(cores, 9)),
      LIMIT_SECONDS,
    ),
    undefined,
  )
  assert.equal(
    slopeOfTrials(
      [1, 0.5].map((cores) => trial(cores, 9)),
      LIMIT_SECONDS,
    ),
    undefined,
  )
})

test('a model that is told the slope keeps its level, and is surer of CPU that it has not tried', () => {
  const [told, untold] = [new LatencyModel(), new LatencyModel()]
  for (const model of [told, untold]) model.observe({ load: 50, cores: 1, bad: 30, total: 1000 })
  told.noteSlope({ mean: 9, sd: 1 })
  assert.ok(told.slope.mean > 8 && told.slope.sd < 1, `${told.slope.mean} ± ${told.slope.sd}`)
  assert.ok(Math.abs(told.logOdds(50, 1).mean - untold.logOdds(50, 1).mean) < 0.01)
  assert.ok(told.logOdds(50, 0.8).sd < untold.logOdds(50, 0.8).sd)
  assert.ok(told.logOdds(50, 0.8).mean > untold.logOdds(50, 0.8).mean)
})

test('windows in production prove it wrong', () => {
  const model = new LatencyModel()
  model.noteSlope({ mean: 12, sd: 1 })
  for (let i = 0; i < 200; i++) {
    const cores = [1, 0.8, 0.7, 0.9][i % 4]!
    const odds = 0.05 * (50 / cores / 60) ** 4
    model.observe({ load: 50, cores, bad: (1000 * odds) / (1 + odds), total: 1000 })
  }
  assert.ok(model.slope.mean < 6, `${model.slope.mean}`)
})
