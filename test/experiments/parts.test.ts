import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { cholesky, logDeterminant, solveLower, solveUpper } from '../../src/experiments/cholesky.ts'
import { isRuledOut } from '../../src/experiments/failures.ts'
import { fit } from '../../src/experiments/fit.ts'
import { excessOf } from '../../src/experiments/measures.ts'
import { probabilityOfEnough } from '../../src/experiments/memory-need.ts'
import { neededMemory } from '../../src/experiments/needed-memory.ts'
import { noiseOf } from '../../src/experiments/noise.ts'
import { normalCdf } from '../../src/experiments/normal.ts'
import { type Parameter, snap } from '../../src/experiments/parameter.ts'
import { quasiRandomPoints } from '../../src/experiments/quasi-random.ts'
import { hourlyCost } from '../../src/experiments/shapes.ts'
import { queueingTrend } from '../../src/experiments/trend.ts'
import { experimentProblems } from '../../src/experiments/validate.ts'
import { MIB, madeConfiguration, madeExperiment, madeTrial } from './made-experiment.ts'

const near = (actual: number, expected: number, within: number) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual}, expected ${expected} ± ${within}`)

describe('linear algebra', () => {
  const factor = cholesky([Float64Array.of(4), Float64Array.of(2, 10)])!

  test('factors a matrix and solves with both halves', () => {
    assert.deepEqual(
      factor.rows.map((row) => [...row]),
      [[2], [1, 3]],
    )
    const x = solveUpper(factor, solveLower(factor, [8, 22]))
    near(4 * x[0]! + 2 * x[1]!, 8, 1e-12)
    near(2 * x[0]! + 10 * x[1]!, 22, 1e-12)
    near(logDeterminant(factor), Math.log(36), 1e-12)
  })

  test('refuses a matrix that is not positive definite', () => {
    assert.equal(cholesky([Float64Array.of(1), Float64Array.of(2, 1)]), undefined)
  })
})

describe('the Gaussian process', () => {
  const at = (x: number, y: number) => ({ coordinates: Float64Array.of(x, y), trend: 0, trends: [] })
  const grid = [-1, -0.5, 0, 0.5, 1].flatMap((x) => [-1, 0, 1].map((y) => at(x, y)))
  const process = fit(
    grid.map((point) => ({ point, value: Math.sin(2 * point.coordinates[0]!) })),
    2,
    0.02,
  )

  test('learns for which container requests wait, also for configurations far from all trials', () => {
    // Both contribute to the common trend alike, and latency depends on the second alone.
    const split = (first: number, second: number) => ({
      ...{ coordinates: Float64Array.of(-first, -second), trend: (first + second) / 2, trends: [first, second] },
    })
    const trials = [split(0, 0), split(1, 1), split(1, 0.5), split(0.5, 1), split(0.2, 0.9), split(1, 0.2)]
    const process = fit(
      trials.map((point) => ({ point, value: point.trends[1]! })),
      2,
      0.05,
    )
    const [ofFirst, ofSecond] = [process.at(split(3, 1)).mean, process.at(split(1, 3)).mean]
    assert.ok(ofSecond > ofFirst + 0.3, `${ofFirst} and ${ofSecond}`)
  })

  test('is sure of what was measured, and unsure far away', () => {
    near(process.at(at(0.5, 0)).mean, Math.sin(1), 0.03)
    assert.ok(process.at(at(0.5, 0)).deviation < 0.03)
    assert.ok(process.at(at(4, 0)).deviation > 5 * process.at(at(0.5, 0)).deviation)
  })

  test('finds out which parameter plays no part', () => {
    assert.ok(process.at(at(0, 2)).deviation < process.at(at(2, 0)).deviation / 2)
  })
})

describe('noise', () => {
  test('is what load tests usually show, until there are repeats', () => {
    near(noiseOf([{ key: 'a', value: 5 }]), 0.06, 1e-12)
  })

  test('is pooled over the repeats of all configurations of any level', () => {
    const runs = Array.from({ length: 40 }, (_, i) => ({ key: `${i >> 1}`, value: (i >> 1) + (i % 2 ? 0.1 : -0.1) }))
    near(noiseOf(runs), 0.1 * Math.SQRT2, 0.01)
  })
})

describe('memory', () => {
  const need = { container: 'checkout/app', expectedBytes: 300, deviation: 0.1, moreThanBytes: 200, enoughBytes: 500 }

  test('is enough where the container ran, and too little where it was OOM-killed', () => {
    assert.deepEqual(
      [200, 500].map((bytes) => probabilityOfEnough(need, bytes)),
      [0, 1],
    )
    near(probabilityOfEnough(need, 300), 0.5, 0.01)
    assert.ok(probabilityOfEnough(need, 345) > 0.9)
  })

  test('is anywhere between the two where the peak proved wrong', () => {
    near(probabilityOfEnough({ ...need, expectedBytes: 50 }, 350), 0.5, 1e-9)
  })

  test('that a heap takes because it is there is not needed', () => {
    const needed = (peaks: readonly (readonly [memory: number, peak: number])[]) =>
      neededMemory(peaks.map(([memory, peak]) => ({ memoryBytes: memory * MIB, peakBytes: peak * MIB }))) / MIB
    near(needed([1000, 700, 500].map((memory) => [memory, 300 + 0.5 * (memory - 300)])), 300, 50)
    near(needed([[1000, 650]]), 650, 1e-9)
    near(needed([1000, 700, 500].map((memory) => [memory, 300])), 300, 1e-9)
  })

  test('is never below 0, also where peaks scatter', () => {
    const peaks = [
      { memoryBytes: 1000 * MIB, peakBytes: 900 * MIB },
      { memoryBytes: 200 * MIB, peakBytes: 10 * MIB },
    ]
    assert.equal(neededMemory(peaks), MIB)
  })
})

describe('a configuration is ruled out', () => {
  const experiment = madeExperiment()
  const isOut = (cpu: number, memory: number, trial: ReturnType<typeof madeTrial>) =>
    isRuledOut(experiment, madeConfiguration(cpu, memory), [trial])

  test('with no more memory than what was OOM-killed, with any amount of CPU', () => {
    const killed = madeTrial(1, madeConfiguration(1, 256), { outcome: 'oomKilled', oomKilled: ['checkout/app'] })
    assert.deepEqual([isOut(2, 256, killed), isOut(0.5, 300, killed)], [true, false])
  })

  test('with as much of everything as what no node had room for', () => {
    const pending = madeTrial(1, madeConfiguration(1, 256), { outcome: 'unschedulable' })
    assert.deepEqual([isOut(2, 256, pending), isOut(2, 200, pending)], [true, false])
  })

  test('where it is all but equal to one that missed its limit', () => {
    const slow = madeTrial(1, madeConfiguration(1, 256), { measured: { p95: 300 } })
    assert.deepEqual([isOut(1.01, 256, slow), isOut(1.1, 256, slow)], [true, false])
  })
})

describe('what a trial measured', () => {
  const latency = { measure: 'p95', kind: 'latency' as const, atMost: 100 }
  const errors = { measure: 'errors', kind: 'errors' as const, atMost: 0.01 }
  const configuration = madeConfiguration(1, 512)

  test('is above 0 beyond the limit, and says no more beyond three times that', () => {
    assert.equal(excessOf(latency, madeTrial(1, configuration, { measured: { p95: 100 } })), 0)
    assert.equal(excessOf(latency, madeTrial(1, configuration, { measured: { p95: 1000 } })), Math.log(3))
    assert.equal(excessOf(latency, madeTrial(1, configuration, { outcome: 'aborted' })), Math.log(3))
  })

  test('is finite where the latency is 0', () => {
    assert.ok(Number.isFinite(excessOf(latency, madeTrial(1, configuration, { measured: { p95: 0 } }))))
  })

  test('is unknown where the trial was OOM-killed', () => {
    assert.equal(excessOf(latency, madeTrial(1, configuration, { outcome: 'oomKilled' })), undefined)
  })

  test('of errors is finite where there are none', () => {
    assert.ok(excessOf(errors, madeTrial(1, configuration, { measured: { errors: 0 } }))! > -3)
    assert.equal(excessOf(errors, madeTrial(1, configuration, { measured: { errors: 0.01 } })), 0)
  })
})

test('values are whole steps within the bounds', () => {
  const pool: Parameter = { kind: 'setting', name: 'POOL', baseline: 10, min: 5, max: 31, step: 5 }
  const cpu: Parameter = { kind: 'cpu', workload: 'a', container: 'b', min: 0.0505, max: 2 }
  assert.deepEqual(
    [4, 12, 13, 99].map((value) => snap(pool, value)),
    [5, 10, 15, 30],
  )
  assert.deepEqual(
    [0.01, 0.12345, 3].map((value) => snap(cpu, value)),
    [0.051, 0.123, 2],
  )
})

test('a configuration costs what all its Pods reserve, also what is not varied', () => {
  const experiment = madeExperiment({
    workloads: [
      { name: 'checkout', replicas: 3, containers: [{ name: 'app', cpuCores: 2, memoryBytes: 1024 * MIB }] },
      { name: 'cart', replicas: 1, containers: [{ name: 'app', cpuCores: 1, memoryBytes: 512 * MIB }] },
    ],
  })
  near(hourlyCost(experiment, madeConfiguration(1, 2048)), 3 * (0.03 + 0.008) + 0.03 + 0.002, 1e-12)
})

test('requests take longer the closer the CPUs are to full, also beyond that', () => {
  const demand = [{ container: 'checkout/app', cpuCores: 0.5, memoryBytes: 0 }]
  const trends = [5, 1, 0.6, 0.5, 0.4].map((cpuCores) =>
    queueingTrend(demand, [{ key: 'checkout/app', replicas: 1, cpuCores, memoryBytes: 0 }]),
  )
  near(trends[1]!, Math.log(2), 1e-12)
  assert.deepEqual(
    trends,
    trends.toSorted((a, b) => a - b),
  )
})

test('quasi-random points fill every quarter of a square, differently for each seed', () => {
  const points = quasiRandomPoints(32, 2, 5)
  const quarters = new Set(points.map(([x, y]) => `${x! < 0.5} ${y! < 0.5}`))
  assert.equal(quarters.size, 4)
  assert.notDeepEqual(points, quasiRandomPoints(32, 2, 6))
})

test('the normal distribution is that of the tables', () => {
  for (const [x, p] of [
    [0, 0.5],
    [1, 0.841345],
    [-1.96, 0.024998],
    [3, 0.99865],
  ] as const)
    near(normalCdf(x), p, 1e-6)
})

describe('an experiment that cannot work', () => {
  test('says what is wrong with it, and where', () => {
    const problems = experimentProblems(
      madeExperiment({
        parameters: [{ kind: 'cpu', workload: 'checkout', container: 'nothing', min: 2, max: 1 }],
        limits: [],
        mostTrials: 100,
      }),
    )
    assert.deepEqual(problems, [
      'limits: expected 1 to 12, got 0',
      'limits: expected the first to be a latency',
      'mostTrials: expected 4 to 30, got 100',
      'checkout/nothing cpu: expected a minimum below the maximum, got 2 and 1',
      'checkout/nothing cpu: expected a container or workload of the experiment',
    ])
  })

  test('is also one whose bounds are too far apart for a number', () => {
    const parameters = [{ kind: 'setting', name: 'pool', baseline: 0, min: -1e308, max: 1e308, step: 1 }] as const
    assert.match(
      experimentProblems(madeExperiment({ parameters })).join(),
      /^pool: expected a minimum below the maximum/,
    )
  })

  test('is told from one that can', () => {
    assert.deepEqual(experimentProblems(madeExperiment()), [])
  })
})
