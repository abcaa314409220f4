import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CpuForSlo } from '../../src/slos/index.ts'

type ObservedWindow = Parameters<CpuForSlo['observe']>[0]

const BUDGET = 0.05
const WINDOW_SECONDS = 300
const HOURS = 12
const RULES = { horizon: 'hour', leastRaise: 0.1 } as const

/** One objective, and windows that follow each other. */
function objective() {
  const slo = new CpuForSlo(BUDGET)
  let atSeconds = 0
  const observe = (window: Partial<ObservedWindow>) => {
    atSeconds += WINDOW_SECONDS
    slo.observe({ load: 40, cores: 1, bad: 0, total: 12_000, atSeconds, ...window }, RULES)
  }
  /** So many windows in which this share is bad. */
  const windows = (count: number, share: number, window: Partial<ObservedWindow> = {}) => {
    for (let i = 0; i < count; i++) observe({ bad: share * 12_000, ...window })
  }
  return { slo, observe, windows }
}

describe('a window tells nothing', () => {
  for (const [what, nothing] of [
    ['without load', { load: 0 }],
    ['without CPU', { cores: 0 }],
    ['without requests', { total: 0 }],
  ] as const)
    test(what, () => {
      const [with_, without] = [objective(), objective()]
      for (const { windows } of [with_, without]) windows(2, 0.01)
      with_.observe({ ...nothing, bad: 0 })
      for (const { windows } of [with_, without]) windows(1, 0.1)
      assert.equal(with_.slo.badShare, 0.1)
      assert.deepEqual(with_.slo.leastCores, without.slo.leastCores)
    })
})

test('the share of the last window is known, and none before the first', () => {
  const { slo, windows } = objective()
  assert.equal(slo.badShare, undefined)
  windows(1, 0.02)
  assert.equal(slo.badShare, 0.02)
})

test('one decrease is at most to half, and one raise at most to twice', () => {
  const idle = objective()
  idle.windows(10, 0, { load: 40, cores: 1 })
  idle.windows(4, 0, { load: 0.1, cores: 1 })
  assert.ok(idle.slo.leastCores >= 0.5 * 0.98, `${idle.slo.leastCores}`)
  const busy = objective()
  busy.windows(1, 0.9)
  assert.equal(busy.slo.leastCores, 2)
})

describe('more CPU does not help', () => {
  test('where limits throttle in a tenth as many periods as requests are slow', () => {
    const state = (throttledShare: number) => {
      const { slo, windows } = objective()
      windows(4, 0.01)
      windows(2, 0.2, { throttledShare, usedCores: 0.3 })
      return slo.state
    }
    assert.deepEqual([state(0.019), state(0.021)], ['unhelped', 'raised'])
  })

  test('where four times as much has changed nothing', () => {
    const { slo, windows } = objective()
    windows(4, 0.01)
    windows(1, 0.2)
    assert.equal(slo.state, 'raised')
    windows(1, 0.2, { cores: 4.1, usedCores: 1 })
    assert.equal(slo.state, 'unhelped')
  })

  test('and then CPU goes back to what there was when it began, or less with less load', () => {
    const after = (load: number) => {
      const { slo, windows } = objective()
      windows(4, 0.01)
      windows(1, 0.2)
      windows(1, 0.2, { cores: 4.1, usedCores: 1, load })
      return [slo.state, slo.leastCores]
    }
    assert.deepEqual(after(40), ['unhelped', 1])
    assert.deepEqual(after(20), ['unhelped', 0.5])
  })
})

describe('an objective has room', () => {
  const day = 24 * HOURS
  const ROOMY = { load: 10 } as const

  /** A busy start, by which CPU for that load is known, and then a load that a part of the CPU would serve. */
  function quiet(windows: number) {
    const one = objective()
    one.windows(12, 0.01)
    one.windows(windows, 0, ROOMY)
    return one
  }

  test('after a day in which less than 60 % of its CPU would do, and not before', () => {
    assert.equal(quiet(day - 2).slo.hasRoom, false)
    assert.equal(quiet(day + 20).slo.hasRoom, true)
  })

  test('until more than 90 % is needed', () => {
    const { slo, windows } = quiet(day + 20)
    windows(1, 0.2)
    assert.equal(slo.state, 'raised')
    assert.equal(slo.hasRoom, false)
  })

  test('only if it is so for the whole day', () => {
    const { slo, windows } = quiet(day / 2)
    windows(6, 0.04)
    windows(day / 2 + 20, 0, ROOMY)
    assert.equal(slo.hasRoom, false)
  })
})
