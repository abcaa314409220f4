import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  type FinishedLoad,
  type LoadPod,
  loadResult,
  sendingTime,
  whyVoid,
  writeMessage,
} from '../../src/load/index.ts'

const FINISHED = {
  ...{ kind: 'finished' as const, requests: 6000, failed: 6, scheduledPerSecond: 100, sentPerSecond: 100 },
  latencyMilliseconds: { p50: 20, p90: 40, p95: 50, p99: 90, max: 130 },
}

function pod(state: object, status = {}): LoadPod {
  return { metadata: { name: 'load' }, status: { containerStatuses: [{ name: 'load', state }], ...status } }
}
const ended = (message: string, exitCode = 0, reason = 'Completed') =>
  pod({ terminated: { exitCode, reason, message } })

describe('what became of a load', () => {
  it('is the termination message of its Pod', () => {
    assert.deepEqual(loadResult({}, [ended(writeMessage(FINISHED))]), FINISHED)
  })

  it('is what a message says at least, where a Job of somebody else writes it', () => {
    assert.deepEqual(loadResult({}, [ended('{"requests": 10, "latencyMilliseconds": {"p95": 120}, "more": 1}')]), {
      ...{ kind: 'finished', requests: 10, failed: 0, scheduledPerSecond: 0, sentPerSecond: 0 },
      latencyMilliseconds: { p95: 120 },
    })
  })

  it('is open while the Pod does not exist, starts or runs', () => {
    for (const pods of [[], [pod({ waiting: { reason: 'ContainerCreating' } })], [pod({ running: {} })]])
      assert.deepEqual(loadResult({}, pods), { kind: 'running' })
  })

  it('says that no node has room for it', () => {
    const conditions = [
      { type: 'PodScheduled', status: 'False', message: '0/1 nodes are available: 1 Insufficient cpu.' },
    ]
    assert.deepEqual(loadResult({}, [{ status: { phase: 'Pending', conditions } }]), {
      kind: 'running',
      waitingFor: 'room for the load generator: 0/1 nodes are available: 1 Insufficient cpu.',
    })
  })

  const FAILURES: [string, LoadPod[], RegExp][] = [
    [
      'the image does not exist',
      [pod({ waiting: { reason: 'ImagePullBackOff', message: 'no such image' } })],
      /container load does not start: ImagePullBackOff: no such image/,
    ],
    [
      'it ended with an error',
      [ended('script: no such file', 107, 'Error')],
      /container load ended with exit code 107: script: no such file/,
    ],
    ['it was OOM-killed', [ended('', 137, 'OOMKilled')], /OOM-killed: give it more memory/],
    ['it wrote nothing', [ended('')], /ended without a result: its termination message is not JSON/],
    [
      'it wrote something else',
      [ended('{"requests": -1}')],
      /ended without a result: field requests of its termination message/,
    ],
    [
      'its Pod was evicted',
      [{ status: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' } }],
      /The node was low on memory/,
    ],
  ]
  for (const [what, pods, reason] of FAILURES) {
    it(`is a failure where ${what}`, () => {
      const result = loadResult({}, pods)
      assert.equal(result.kind, 'failed')
      assert.match((result as { reason: string }).reason, reason)
    })
  }

  it('is a failure where the Job ended at its deadline, which deletes its Pods', () => {
    const conditions = [
      {
        type: 'Failed',
        status: 'True',
        reason: 'DeadlineExceeded',
        message: 'Job was active longer than specified deadline',
      },
    ]
    assert.deepEqual(loadResult({ status: { conditions } }, []), {
      kind: 'failed',
      reason: 'Job was active longer than specified deadline',
    })
  })

  it('is the result of k6 also where a threshold of the script was not met, and the Pod and its Job have failed', () => {
    const message = writeMessage({ ...FINISHED, notMet: ['http_req_duration: p(95)<1'] })
    const state = { terminated: { exitCode: 99, reason: 'Error', message } }
    const failed = { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }
    for (const [job, status] of [
      [{}, {}],
      [{}, { phase: 'Failed' }],
      [{ status: { conditions: [failed] } }, { phase: 'Failed' }],
    ] as const)
      assert.deepEqual(loadResult(job, [pod(state, status)]), { ...FINISHED, notMet: ['http_req_duration: p(95)<1'] })
  })

  it('was sent from the start of its first Pod to the end of its last one', () => {
    const at = (time: string) => `2026-03-01T12:00:${time}Z`
    const start = Date.parse(at('00')) / 1000
    assert.deepEqual(sendingTime([]), {})
    assert.deepEqual(sendingTime([pod({ waiting: {} })]), {})
    const running = pod({ running: { startedAt: at('05') } })
    assert.deepEqual(sendingTime([running]), { fromSeconds: start + 5 })
    const over = pod({ terminated: { exitCode: 0, startedAt: at('04'), finishedAt: at('30') } })
    assert.deepEqual(sendingTime([running, over]), { fromSeconds: start + 4 })
    assert.deepEqual(sendingTime([over]), { fromSeconds: start + 4, toSeconds: start + 30 })
  })

  it('of several Pods is their sum, and the highest of their percentiles', () => {
    const other = { ...FINISHED, requests: 4000, latencyMilliseconds: { p95: 70, max: 80 }, throttled: 'busy' }
    const testRun = { kind: 'TestRun', spec: { parallelism: 2 } }
    assert.deepEqual(loadResult(testRun, [ended(writeMessage(FINISHED)), ended(writeMessage(other))]), {
      ...{
        kind: 'finished',
        requests: 10_000,
        failed: 12,
        scheduledPerSecond: 200,
        sentPerSecond: 200,
        throttled: 'busy',
      },
      latencyMilliseconds: { p50: 20, p90: 40, p95: 70, p99: 90, max: 130 },
    })
    assert.deepEqual(loadResult(testRun, [ended(writeMessage(FINISHED))]), { kind: 'running' })
  })

  it('does not wait for a sidecar that keeps running', () => {
    const sidecar = { name: 'proxy', state: { running: {} } }
    const load = ended(writeMessage(FINISHED)).status!.containerStatuses![0]!
    assert.deepEqual(loadResult({}, [{ status: { containerStatuses: [sidecar, load] } } as LoadPod]), FINISHED)
  })
})

describe('a result that says nothing about the configuration', () => {
  const dropped = (count: number): FinishedLoad => ({ ...FINISHED, dropped: count })

  it('is one from a throttled load generator, above or below the limits', () => {
    for (const exceeds of [true, false])
      assert.match(whyVoid({ ...FINISHED, throttled: 'no CPU' }, exceeds)!, /throttled: no CPU/)
  })
  it('is one with dropped requests that meets the limits, since the dropped ones would have been slower', () => {
    assert.match(whyVoid(dropped(60), false)!, /dropped 60 of 6060 requests: raise maxVUs/)
  })
  it('is none with dropped requests that is above a limit: the service is too slow', () => {
    assert.equal(whyVoid(dropped(3000), true), undefined)
  })
  it('is none where hardly any request was dropped', () => {
    assert.equal(whyVoid(dropped(30), false), undefined)
    assert.equal(whyVoid(FINISHED, false), undefined)
  })
})
