import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ExperimentTrial } from '../../src/api/index.ts'
import { servedTrials } from '../../src/experiments/index.ts'

const ORIGINAL = { kind: 'Deployment', name: 'web', uid: '1', spec: JSON.stringify({ replicas: 2 }) } as const

function served(changes: Partial<ExperimentTrial>, vary = {}) {
  const at = '2026-06-01T10:00:00Z'
  const trial: ExperimentTrial = {
    ...{ number: 1, why: 'search', outcome: 'completed', startedAt: at, endedAt: at, costPerHour: 1 },
    configuration: { 'web/app cpu': 0.4, 'web/app memory': 2 ** 28 },
    loads: [
      {
        ...{ load: 'peak', requests: 3000, failed: 0, requestsPerSecond: 50 },
        latencyMilliseconds: { p50: 10, p95: 40, max: 90 },
      },
    ],
    ...changes,
  }
  return servedTrials('web', 'app', { spec: { vary }, status: { trials: [trial], originals: [ORIGINAL] } })
}

describe('what trials show of latency against CPU', () => {
  it('is the latency at a load and the CPU of all Pods', () => {
    const percentiles = [
      [0.5, 10],
      [0.95, 40],
      [1, 90],
    ]
    assert.deepEqual(served({}), [{ load: 50, cores: 0.8, requests: 3000, percentiles }])
    const configuration = { 'web/app cpu': 0.4, 'web replicas': 3 }
    assert.equal(served({ configuration })[0]?.cores.toFixed(3), '1.200')
  })

  it('is nothing where the CPU of several containers was varied, or of another one', () => {
    assert.deepEqual(served({ configuration: { 'web/app cpu': 0.4, 'cart/app cpu': 0.2 } }), [])
    assert.deepEqual(served({ configuration: { 'web/proxy cpu': 0.4 } }), [])
  })

  it('is nothing where the trial did not complete, or ran with a setting that the workload does not have', () => {
    assert.deepEqual(served({ outcome: 'aborted' }), [])
    const settings = [{ name: 'GOMAXPROCS', env: 'GOMAXPROCS', min: 1, max: 4, step: 1 }]
    assert.deepEqual(served({ configuration: { 'web/app cpu': 0.4, GOMAXPROCS: 2 } }, { settings }), [])
  })
})
