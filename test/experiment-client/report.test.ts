import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { describeConfiguration, reportOf, trialReport } from '../../src/experiment-client/index.ts'
import { FINISHED } from './finished.ts'

describe('the report of an experiment', () => {
  const report = reportOf(FINISHED)

  it('says how each trial ended', () => {
    assert.deepEqual(
      report.trials.map(({ number, meets, result }) => [number, meets, result]),
      [
        [1, true, 'meets the limits'],
        [2, true, 'meets the limits'],
        [3, true, 'meets the limits'],
        [4, false, 'above the limit: normal p95'],
        [5, false, 'OOM-killed: checkout/app'],
        [6, undefined, 'void: k6 dropped 12 iterations'],
        [7, true, 'meets the limits'],
      ],
    )
  })

  it('says how much limits throttled, where that is worth saying, and what SLOs of the workloads say', () => {
    const [trial] = FINISHED.status.trials!
    const throttled = [
      { workload: 'checkout', share: 0.31 },
      { workload: 'cart', share: 0.01 },
    ]
    const slos = [
      { workload: 'checkout', objective: '95 % of requests below 250 ms', bad: 3, total: 100, budget: 0.05 },
    ]
    assert.equal(
      trialReport(
        { ...trial!, loads: [{ load: 'normal', requests: 100, failed: 0, latencyMilliseconds: {}, throttled, slos }] },
        FINISHED.status,
      ).result,
      'meets the limits; checkout throttled 31 % of the time; SLO of checkout: 3 % bad, 5 % allowed (95 % of requests below 250 ms)',
    )
  })

  it('shows the latency that its title names: that of the first limit, not the mean of several loads', () => {
    const limits = ['normal p95', 'peak p95'].map((measure) => ({ measure, kind: 'latency' as const, atMost: 250 }))
    const [trial] = FINISHED.status.trials!
    const latencyOf = (measured: Record<string, number>, known = limits) =>
      trialReport({ ...trial!, latencyMilliseconds: 150, measured }, { limits: known }).latencyMilliseconds
    assert.equal(latencyOf({ 'normal p95': 100, 'peak p95': 200 }), 100)
    // The trial ended before that load ran.
    assert.equal(latencyOf({ 'peak p95': 900 }), undefined)
    assert.equal(latencyOf({}, []), 150)
  })

  it('has the front with what each point saves, and for which goals it is the best', () => {
    assert.deepEqual(
      report.front.map(({ configuration, saving, goals }) => [configuration, Math.round(saving! * 100), goals]),
      [
        ['app 250m 128Mi', 75, []],
        ['app 400m 256Mi', 59, ['savings', 'balanced']],
        ['app 1 512Mi', 0, ['reliability']],
      ],
    )
  })

  it('says the verdict in a sentence', () => {
    assert.equal(report.says, 'A cheaper configuration meets the limits. It costs 59 % less.')
    const says = (status: object) => reportOf({ ...FINISHED, status: { ...FINISHED.status, ...status } }).says
    assert.match(says({ verdict: 'nothingMeetsLimits', points: {} }), /^No configuration that was tried/)
    assert.match(says({ verdict: 'noDifference' }), /^No difference/)
    assert.equal(says({ phase: 'Failed', message: 'the target was deleted' }), 'Ended early: the target was deleted')
    assert.equal(says({ phase: 'Refused', message: 'no label' }), 'Refused: no label')
  })

  it('works from the first moment on', () => {
    const { says, trials, front, phase, latency } = reportOf({ metadata: FINISHED.metadata, spec: FINISHED.spec })
    assert.deepEqual([says, trials, front, phase, latency], ['No verdict yet.', [], [], 'Pending', undefined])
  })
})

describe('a configuration for people', () => {
  it('leaves out the workload where there is only one', () => {
    const values = {
      'checkout/app cpu': 0.25,
      'checkout/app memory': 2 ** 27,
      'checkout/proxy cpu': 0.05,
      'checkout replicas': 2,
      GOMAXPROCS: 4,
    }
    assert.equal(describeConfiguration(values), 'app 250m 128Mi, proxy 50m, 2 replicas, GOMAXPROCS 4')
  })
  it('names the workloads where there are several', () => {
    const values = { 'a/app cpu': 1, 'b/app cpu': 2, 'a replicas': 3 }
    assert.equal(describeConfiguration(values), 'a/app 1, b/app 2, a 3 replicas')
  })
})
