import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ExperimentStatus } from '../../src/api/index.ts'
import type { Observed, ObservedLoad } from '../../src/experiment-runner/observed.ts'
import { usageOfWindow } from '../../src/experiment-runner/prometheus-usage.ts'
import { heavier, metricsApiUsage, withMeasurement } from '../../src/experiment-runner/usage.ts'
import { UsageOfTrials } from '../../src/experiment-runner/usage-of-trial.ts'
import type { TimeWindow } from '../../src/history/index.ts'
import type { KubeClient } from '../../src/kube/index.ts'
import type { LoadResult } from '../../src/load/index.ts'
import { NO_LIMIT_RULES } from '../../src/sizing/limit-range.ts'
import { experimentNamed, START, workload } from './model-cluster.ts'

const { signal } = new AbortController()
const at = (seconds: number) => new Date(START + seconds * 1000)

function loading(load: number, usage?: object, sent?: ObservedLoad['sent'], kind = 'running'): Observed {
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
    loads: [{ trial: 1, load: ['a', 'b'][load]!, result: { kind } as LoadResult, ...(sent && { sent }) }],
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
    const usage = new UsageOfTrials(async () => withMeasurement([], used(1, 100)), assert.fail)
    assert.deepEqual(await usage.measure(loading(0), at(19), signal), [])
    assert.equal((await usage.measure(loading(0), at(20), signal))?.[0]?.samples, 1)
    const stored = [{ container: 'web/app', cpuCores: 5, peakMemoryBytes: 50, samples: 3 }]
    const successor = new UsageOfTrials(async () => withMeasurement([], used(1, 100)), assert.fail)
    assert.deepEqual(await successor.measure(loading(1, stored), at(120), signal), [
      { ...stored[0], peakMemoryBytes: 100 },
    ])
  })

  test('is read every ten seconds while the load runs, and at its end, from when its Pods were sending', async () => {
    const windows: TimeWindow[] = []
    const usage = new UsageOfTrials(async (_, __, window) => void windows.push(window), assert.fail)
    const start = START / 1000
    const running = loading(0, undefined, { fromSeconds: start + 5 })
    for (let second = 0; second <= 36; second++) await usage.measure(running, at(second), signal)
    const sent = { fromSeconds: start + 5, toSeconds: start + 40 }
    await usage.measure(loading(0, undefined, sent, 'finished'), at(43), signal)
    assert.deepEqual(
      windows,
      [25, 35, 40].map((second) => ({ fromSeconds: start + 15, toSeconds: start + second })),
    )
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

  test('from Prometheus is that of all Pods of the trial in the whole window', async () => {
    const window = { fromSeconds: START / 1000 + 10, toSeconds: START / 1000 + 35 }
    const asked: { pods: readonly string[]; window: TimeWindow }[] = []
    const of = (one: number, two?: number) =>
      new Map([['web-1', new Map([['app', one]])], ...(two ? [['web-2', new Map([['app', two]])] as const] : [])])
    let cpuCores = of(1)
    const read = usageOfWindow(async ({ pods }, window) => {
      asked.push({ pods, window })
      return { cpuCores, peakMemoryBytes: of(100, 300) }
    })
    const usage = (cpuCores: number, peakMemoryBytes: number) => [
      { container: 'web/app', cpuCores, peakMemoryBytes, samples: 1 },
    ]
    assert.deepEqual(await read(loading(0), signal, window, []), usage(2, 100), 'web-2 counts as web-1 does')
    cpuCores = of(1, 3)
    assert.deepEqual(await read(loading(0), signal, window, usage(2, 100)), usage(4, 300))
    assert.deepEqual(asked[1], { pods: ['web-1', 'web-2'], window })
    cpuCores = new Map()
    assert.equal(await read(loading(0), signal, window, []), undefined)
    await read(loading(0), signal, { ...window, toSeconds: window.fromSeconds + 90_000 }, [])
    assert.equal(asked[3]!.window.fromSeconds, window.fromSeconds + 86_400, 'of a long load, its last hour')
  })

  test('from the metrics API is what was measured after the warm-up alone, each measurement once', async () => {
    let timestamp = ''
    const client = {
      async *list() {
        yield {
          items: ['web-1', 'web-2'].map((name) => ({
            ...{ metadata: { name }, timestamp, window: '15.5s' },
            containers: [{ name: 'app', usage: { cpu: '150m', memory: '100' } }],
          })),
        }
      },
    }
    const read = metricsApiUsage(client as unknown as KubeClient)
    const since = { fromSeconds: START / 1000 + 10, toSeconds: START / 1000 + 60 }
    timestamp = at(25).toISOString()
    assert.equal(await read(loading(0), signal, since, []), undefined, 'half a second of it was before')
    timestamp = at(26).toISOString()
    const first = await read(loading(0), signal, since, [])
    assert.deepEqual(first, [{ container: 'web/app', cpuCores: 0.3, peakMemoryBytes: 100, samples: 1 }])
    assert.equal(await read(loading(0), signal, since, first!), undefined)
    timestamp = at(41).toISOString()
    assert.equal((await read(loading(0), signal, since, first!))![0]!.samples, 2)
  })
})
