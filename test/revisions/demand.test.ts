import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { app, authored, input, RULES, statusAfter, values } from './reconcile-input.ts'

const author = authored({ cpu: '4', memory: '8Gi' }, { memory: '16Gi' })

describe('what runs to its end', () => {
  const spread = (peak: string) => ({ p50: '1m', p95: '1m', p99: '1m', peak })
  const evidence = { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z', samples: 9 }
  const learned = app('500m', '6Gi', '8Gi').map((container) => ({
    ...container,
    evidence: { ...evidence, cpu: spread('3'), memory: spread('9Gi') },
  }))

  test('gets what its runs need at their peak, and the limit never lies below', () => {
    for (const kind of ['CronJob', 'Job']) {
      const { applied } = statusAfter(undefined, input(learned, { kind, author }), RULES)
      assert.equal(values(applied), '3 9Gi 9Gi', kind)
      assert.deepEqual(applied!.containers[0]!.cpu!.reasons, ['RunPeakCounts'])
    }
  })

  test('is not a service: that gets what was learned', () => {
    assert.equal(values(statusAfter(undefined, input(learned, { author }), RULES).learned), '500m 6Gi 8Gi')
  })

  test('keeps a request that is above the peak anyway', () => {
    const low = learned.map((container) => ({ ...container, evidence: { ...evidence, cpu: spread('1m') } }))
    const status = statusAfter(undefined, input(low, { kind: 'CronJob', author }), RULES)
    assert.equal(values(status.learned), '500m 6Gi 8Gi')
    assert.equal(status.learned!.containers[0]!.cpu!.reasons, undefined)
  })
})
