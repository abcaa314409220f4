import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { LoadSignals } from '../../src/experiment-runner/observed.ts'
import type { TimeWindow } from '../../src/history/index.ts'
import { experimentNamed, ModelCluster } from './model-cluster.ts'
import { run } from './running.ts'

const SIGNALS: LoadSignals = {
  throttled: [{ workload: 'web', share: 0.2 }],
  slos: [{ workload: 'web', objective: '95 % of requests below 250 ms', bad: 3, total: 100, budget: 0.05 }],
}

describe('what Prometheus says of a load', () => {
  test('is read once for each load that has ended, from its warm-up on, and stored with it', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    const windows: TimeWindow[] = []
    await run(cluster, {
      readSignals: async (_, window) => {
        windows.push(window)
        return SIGNALS
      },
    })
    const trials = cluster.experiment().status!.trials!
    for (const { loads } of trials) {
      const [{ throttled, slos } = {}] = loads!
      assert.deepEqual({ throttled, slos }, SIGNALS)
    }
    assert.equal(windows.length, trials.length)
    for (const [i, { fromSeconds, toSeconds }] of windows.entries()) {
      const began = Date.parse(trials[i]!.startedAt) / 1000
      assert.ok(fromSeconds > began && toSeconds > fromSeconds, `${fromSeconds - began} ${toSeconds - began}`)
    }
  })

  test('is missing where it cannot be read, and the trial counts', async () => {
    const cluster = new ModelCluster(experimentNamed('try'))
    await run(cluster, { readSignals: () => Promise.reject(new Error('no Prometheus')) })
    const { phase, trials } = cluster.experiment().status!
    assert.equal(phase, 'Completed')
    assert.ok(trials!.every(({ loads }) => loads![0]!.throttled === undefined))
  })
})
