import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type ContainerRecommendation, readValues, writeValues } from '../../src/api/index.ts'
import { peaksOfRuns } from '../../src/revisions/demand.ts'
import { app, authored, input, RULES, statusAfter, values } from './reconcile-input.ts'

const author = authored({ cpu: '4', memory: '8Gi' }, { memory: '16Gi' })

describe('what runs to its end', () => {
  const spread = (peak: string) => ({ p50: '1m', p95: '1m', p99: '1m', peak })
  const evidence = { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z', samples: 9 }
  const learned = app('500m', '6Gi', '8Gi').map((container) => ({
    ...container,
    evidence: { ...evidence, cpu: spread('3'), memory: spread('9Gi') },
  }))

  test('gets what its runs need at their peak, and the limit is never below', () => {
    for (const kind of ['CronJob', 'Job']) {
      const { applied } = statusAfter(undefined, input(learned, { kind, author }), RULES)
      assert.equal(values(applied), '3 9Gi 9Gi', kind)
      assert.deepEqual(applied!.containers[0]!.cpu!.reasons, ['RunPeakCounts'])
    }
  })

  test('has a limit of the peak at least, where it has one', () => {
    const values = (limit: string | undefined) => {
      const [container] = app('1', '6Gi', limit)
      const runs = readValues([{ ...container!, evidence: { ...evidence, memory: spread('9Gi') } }])
      return writeValues(peaksOfRuns('Job', runs))[0]!.memory
    }
    const reasons = ['RunPeakCounts']
    assert.deepEqual(values('8Gi'), { request: '9Gi', limit: '9Gi', reasons })
    assert.deepEqual(values('10Gi'), { request: '9Gi', limit: '10Gi', reasons })
    assert.deepEqual(values(undefined), { request: '9Gi', reasons })
  })

  test('never falls short of its peak, so nothing is said of bursts', () => {
    const bursts = { days: 0.1, worstDay: 0.1, by: '5m' }
    const given = (request: string) => {
      const [container] = app(request, '6Gi')
      const cpu = { ...spread('3'), bursts }
      return writeValues(peaksOfRuns('Job', readValues([{ ...container!, evidence: { ...evidence, cpu } }])))[0]!
    }
    assert.deepEqual(given('500m').evidence!.cpu, spread('3'))
    assert.deepEqual(given('4').evidence!.cpu!.bursts, bursts)
  })

  test('keeps what was learned where the peak is just that, or is not known, and the reasons before', () => {
    const given = (containers: ContainerRecommendation[]) => writeValues(peaksOfRuns('Job', readValues(containers)))
    const exact = [{ ...app('1', '6Gi')[0]!, evidence: { ...evidence, memory: spread('6Gi') } }]
    assert.deepEqual(given(exact), exact)
    assert.deepEqual(given(app('1', '6Gi')), app('1', '6Gi'))
    const memory = { request: '1Gi', reasons: ['MinimumMemory'] }
    const [raised] = given([{ name: 'app', memory, evidence: { ...evidence, memory: spread('2Gi') } }])
    assert.deepEqual(raised!.memory!.reasons, ['MinimumMemory', 'RunPeakCounts'])
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
