import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CpuForSlo } from '../../src/slos/index.ts'
import { SERVICE_TIMES } from '../support/cfs-service.ts'
import { leastCores, type SizedOptions, type SizedWindow, sizedBySlo } from '../support/sized-by-slo.ts'

const THRESHOLD = { thresholdSeconds: 0.25, burstiness: 1.4 }
const SERVICES = {
  'the same for every request': { ...THRESHOLD, serviceTime: SERVICE_TIMES.fixed(0.02) },
  exponential: { ...THRESHOLD, serviceTime: SERVICE_TIMES.exponential(0.02) },
  'log-normal': { ...THRESHOLD, serviceTime: SERVICE_TIMES.lognormal(0.03) },
  'of two kinds': { ...THRESHOLD, serviceTime: SERVICE_TIMES.bimodal(0.02) },
} as const
const LOAD = 40

const badShareOf = (windows: readonly SizedWindow[]) => {
  const requests = windows.reduce((sum, { load }) => sum + load, 0)
  return windows.reduce((sum, { badShare, load }) => sum + badShare * load, 0) / requests
}
const meanCores = (windows: readonly SizedWindow[]) =>
  windows.reduce((sum, { cores }) => sum + cores, 0) / windows.length
const changesOf = (windows: readonly SizedWindow[]) =>
  windows.filter(({ cores }, i) => i > 0 && cores !== windows[i - 1]!.cores).length

/** The SLO is kept, with at most 15 % more CPU than it takes. */
function assertSettled(windows: readonly SizedWindow[], least: number): void {
  assert.ok(badShareOf(windows) <= 0.05, `${badShareOf(windows)} are bad`)
  assert.ok(meanCores(windows) <= least * 1.15, `${meanCores(windows)} cores, and ${least} are enough`)
}

for (const [name, service] of Object.entries(SERVICES)) {
  describe(`CPU for an SLO, with service times that are ${name}`, () => {
    const least = leastCores(service, LOAD)
    const sized = (options: Partial<SizedOptions>) =>
      sizedBySlo({
        ...service,
        goalCores: least * 0.6,
        startCores: least,
        windows: 120,
        loadOf: () => LOAD,
        ...options,
      })

    test('is found within 15 % from far too little, in a few windows', () => {
      const windows = sized({ startCores: least * 0.2 })
      assert.ok(badShareOf(windows.slice(0, 2)) > 0.5)
      assert.ok(badShareOf(windows.slice(6, 20)) <= 0.05)
      assertSettled(windows.slice(60), least)
    })

    test('is found within 15 % from far too much', () => {
      assertSettled(sized({ startCores: least * 4 }).slice(90), least)
    })

    test('stays there while load varies, without going back and forth', () => {
      const loadOf = (window: number) => LOAD * (1 + 0.1 * Math.sin(window / 3))
      // Values may fall every six hours, as by default.
      const windows = sized({ loadOf, windows: 200, leastChange: 0.1, lowerEvery: 72 }).slice(40)
      // What the loads take together: at most that of the highest.
      assertSettled(windows, leastCores(service, LOAD * 1.1))
      assert.ok(changesOf(windows) <= 8, `${changesOf(windows)} changes`)
    })

    test('follows load that doubles within minutes, and load that halves as soon as values may fall', () => {
      const windows = sized({ windows: 260, loadOf: (window) => (window >= 80 && window < 170 ? 2 * LOAD : LOAD) })
      const double = leastCores(service, 2 * LOAD)
      assert.ok(windows[82]!.cores > windows[80]!.cores * 1.5)
      assert.ok(badShareOf(windows.slice(84, 100)) <= 0.05)
      assertSettled(windows.slice(120, 170), double)
      assert.ok(badShareOf(windows.slice(170)) <= 0.05)
      assertSettled(windows.slice(220), least)
    })

    test('is not raised for ever where requests wait for something else', () => {
      const waits = (random: () => number) => (random() < 0.3 ? 0.5 : 0)
      const windows = sized({ waits, startCores: least * 1.2 })
      assert.equal(windows.at(-1)!.slo.state, 'unhelped')
      assert.ok(Math.max(...windows.map(({ cores }) => cores)) <= least * 1.2 * 4)
      assert.ok(meanCores(windows.slice(20)) <= least * 1.3, `${meanCores(windows.slice(20))}`)
    })

    test('is not raised at all then, where throttling is known', () => {
      const waits = (random: () => number) => (random() < 0.3 ? 0.5 : 0)
      const windows = sized({ waits, startCores: least * 4, knowsThrottling: true })
      assert.ok(Math.max(...windows.map(({ cores }) => cores)) <= least * 4)
    })
  })
}

const service = SERVICES.exponential
const least = leastCores(service, LOAD)

test('on an idle node without limits, requests are not raised for ever', () => {
  const waits = (random: () => number) => (random() < 0.3 ? 0.5 : 0)
  const options = { ...service, waits, goalCores: 0.5, startCores: 0.5, windows: 150, loadOf: () => LOAD }
  const windows = sizedBySlo({ ...options, isLimited: false })
  assert.equal(windows.at(-1)!.slo.state, 'unhelped')
  assert.ok(Math.max(...windows.map(({ cores }) => cores)) <= 2)
  assert.ok(meanCores(windows.slice(30)) <= 0.65, `${meanCores(windows.slice(30))}`)
})

test('an hour in which a database is slow costs no more than two doublings, and leaves the SLO kept', () => {
  let window = 0
  const waits = (random: () => number) => (window >= 60 && window < 72 && random() < 0.4 ? 0.5 : 0)
  const loadOf = (at: number) => {
    window = at
    return LOAD
  }
  const options = { ...service, waits, goalCores: least * 0.6, startCores: least, windows: 200, loadOf }
  const windows = sizedBySlo(options)
  assert.ok(Math.max(...windows.map(({ cores }) => cores)) <= least * 4.4)
  assert.ok(badShareOf(windows.slice(80)) <= 0.05, `${badShareOf(windows.slice(80))}`)
  assertSettled(windows.slice(150), least)
})

test('the goal decides where it asks for more', () => {
  const windows = sizedBySlo({
    ...service,
    goalCores: least * 2,
    startCores: least * 3,
    windows: 60,
    loadOf: () => LOAD,
  })
  assert.ok(Math.abs(windows.at(-1)!.cores - least * 2) < 0.1)
  assert.equal(windows.at(-1)!.slo.state, 'holds')
})

test('without the SLO, the same service breaks it', () => {
  const goal = sizedBySlo({
    ...service,
    budget: 0.999,
    goalCores: least * 0.8,
    startCores: least * 0.8,
    windows: 40,
    loadOf: () => LOAD,
  })
  assert.ok(badShareOf(goal) > 0.1)
})

test('CPU that is used up is raised, even if an older figure of throttling says otherwise', () => {
  const slo = new CpuForSlo(0.05)
  const rules = { horizon: 'hour', leastRaise: 0.1 } as const
  const window = { load: 40, cores: 1, bad: 1000, total: 1000, throttledShare: 0.05, atSeconds: 0 }
  slo.observe({ ...window, usedCores: 0.98 }, rules)
  assert.equal(slo.state, 'raised')
  const idle = new CpuForSlo(0.05)
  idle.observe({ ...window, usedCores: 0.3 }, rules)
  assert.equal(idle.state, 'unhelped')
})

describe('a service that cannot be read while it is overloaded', () => {
  test('is raised where it uses up its CPU, to four times what it had at most', () => {
    const slo = new CpuForSlo(0.05)
    let cores = 1
    for (let i = 0; i < 10; i++) {
      slo.observeUnread({ cores, usedCores: cores })
      cores = Math.max(cores, slo.leastCores)
    }
    assert.equal(slo.state, 'raised')
    assert.ok(cores > 2 && cores <= 4, `${cores}`)
  })

  test('is not raised where CPU is not used up, or nobody knows', () => {
    for (const usedCores of [0.5, undefined]) {
      const slo = new CpuForSlo(0.05)
      slo.observeUnread({ cores: 1, usedCores })
      assert.equal(slo.leastCores, 0)
    }
  })
})

test('nothing is lowered in the first two windows, and then not all at once', () => {
  const slo = new CpuForSlo(0.05)
  let cores = 4
  const cut = Array.from({ length: 3 }, (_, i) => {
    const window = { load: 40, cores, bad: 0, total: 12_000, atSeconds: i * 300 }
    slo.observe(window, { horizon: 'hour', leastRaise: 0.1 })
    const share = slo.leastCores / cores
    cores = slo.leastCores
    return share
  })
  assert.deepEqual(cut.slice(0, 2), [1, 1])
  assert.ok(cut[2]! < 1 && cut[2]! >= 0.5, `${cut[2]}`)
})

test('a few windows that are bad alike are not taken for requests that are slow with any CPU', () => {
  const slo = new CpuForSlo(0.05)
  for (let i = 0; i < 2; i++) {
    const window = { load: 40 + i, cores: 1, bad: 110, total: 1000, atSeconds: i * 300 }
    slo.observe(window, { horizon: 'hour', leastRaise: 0.02 })
  }
  // The odds of a bad request have to fall by the factor of 3.2: with the expected slope of 6, a fifth more CPU does that.
  assert.ok(slo.leastCores < 1.3, `${slo.leastCores}`)
})
