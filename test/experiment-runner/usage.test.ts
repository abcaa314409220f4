import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ExperimentStatus } from '../../src/api/index.ts'
import type { Observed } from '../../src/experiment-runner/observed.ts'
import { usageOfHistory } from '../../src/experiment-runner/prometheus-usage.ts'
import { heavier, withMeasurement } from '../../src/experiment-runner/usage.ts'
import { UsageOfTrials } from '../../src/experiment-runner/usage-of-trial.ts'
import type { UsageSample } from '../../src/history/index.ts'
import { NO_LIMIT_RULES } from '../../src/sizing/limit-range.ts'
import { experimentNamed, START, workload } from './model-cluster.ts'

const { signal } = new AbortController()
const at = (seconds: number) => new Date(START + seconds * 1000)

function loading(load: number, usage?: object): Observed {
  const stageAt = at(load * 100).toISOString()
  const current = { number: 1, why: 'baseline', configuration: {}, startedAt: stageAt, stage: 'loading', stageAt, load }
  const experiment = {
    ...experimentNamed('try', {
      loads: ['a', 'b'].map((name) => ({ name, http: { url: 'http://web', rate: 1 }, warmUp: '10s' })),
    }),
    status: { phase: 'Running', current: { ...current, ...(usage && { usage }) } } as ExperimentStatus,
  }
  const pods = ['web-1', 'web-2'].map((name) => ({ metadata: { name } }))
  return {
    ...{ experiment, others: [], lease: undefined, rules: NO_LIMIT_RULES, autoscalers: [], verticalAutoscalers: [] },
    namespace: { labels: {}, isTerminating: false },
    targets: [{ object: workload(), pods }],
    loads: [{ trial: 1, load: ['a', 'b'][load]!, result: { kind: 'running' } }],
  }
}

const used = (cpuCores: number, peakMemoryBytes: number) => [new Map([['web/app', { cpuCores, peakMemoryBytes }]])]

describe('usage of a trial', () => {
  test('is the mean CPU and the highest memory of what was measured', () => {
    let usage = withMeasurement([], used(1, 100))
    usage = withMeasurement(usage, used(3, 50))
    assert.deepEqual(usage, [{ container: 'web/app', cpuCores: 2, peakMemoryBytes: 100, samples: 2 }])
  })

  test('is that of the heavier load, of several', () => {
    const one = [{ container: 'web/app', cpuCores: 2, peakMemoryBytes: 100, samples: 2 }]
    const other = [{ container: 'web/app', cpuCores: 1, peakMemoryBytes: 300, samples: 9 }]
    const expected = [{ container: 'web/app', cpuCores: 2, peakMemoryBytes: 300, samples: 2 }]
    assert.deepEqual(heavier(one, other), expected)
    assert.deepEqual(heavier(other, one), expected)
  })

  test('counts from the end of the warm-up, and continues what was stored before the process died', async () => {
    const usage = new UsageOfTrials(async () => used(1, 100), assert.fail)
    assert.deepEqual(await usage.measure(loading(0), at(9), signal), [])
    assert.equal((await usage.measure(loading(0), at(10), signal))?.[0]?.samples, 1)
    const stored = [{ container: 'web/app', cpuCores: 5, peakMemoryBytes: 50, samples: 3 }]
    const successor = new UsageOfTrials(async () => used(1, 100), assert.fail)
    assert.deepEqual(await successor.measure(loading(1, stored), at(120), signal), [
      { ...stored[0], peakMemoryBytes: 100 },
    ])
  })

  test('is missing where it cannot be read, and the trial continues', async () => {
    const errors: Error[] = []
    const usage = new UsageOfTrials(
      () => Promise.reject(new Error('no metrics-server')),
      (error) => errors.push(error),
    )
    assert.deepEqual(await usage.measure(loading(0), at(20), signal), [])
    assert.equal(errors[0]?.message, 'no metrics-server')
  })

  test('from a history is that of the Pods of the trial alone, each sample once', async () => {
    const container = { workload: { namespace: 'staging', kind: 'Deployment', name: 'web' }, container: 'app' }
    const sample = (pod: string, seconds: number, cpuCores: number, memoryBytes: number): UsageSample => ({
      ...{ container, pod, timestampSeconds: START / 1000 + seconds, cpuCores, memoryBytes },
    })
    const samples = [
      ...[sample('web-1', 20, 1, 100), sample('web-2', 20, 2, 300), sample('web-1', 35, 3, 200)],
      ...[sample('web-2', 35, 4, 100), sample('web-0', 20, 9, 900), sample('web-1', 5, 9, 900)],
    ]
    let now = 40
    const read = usageOfHistory(
      () => ({
        async *read({ window } = {}) {
          yield samples.filter(({ timestampSeconds: time }) => time >= window!.fromSeconds && time < window!.toSeconds)
        },
      }),
      () => START / 1000 + now,
    )
    const since = START / 1000 + 10
    const [first] = (await read(loading(0), signal, since))!
    assert.deepEqual(first!.get('web/app'), { cpuCores: 5, peakMemoryBytes: 300 })
    now = 60
    assert.equal(await read(loading(0), signal, since), undefined)
  })
})
