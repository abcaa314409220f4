import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stagesOf } from '../../src/explain/stages.ts'

test('says what an SLO costs where it says what was learned', () => {
  const says = '95 % of requests below 250 ms needs 1200m; the goal alone would request 800m'
  const evidence = {
    ...{ p50: '500m', p95: '700m', p99: '750m', peak: '1' },
    slo: { state: 'TakesMore', takes: '1200m', goalAlone: '800m', says } as const,
  }
  const learned = { request: '1200m', evidence }
  const [stage] = stagesOf(
    { resource: 'cpu', author: {}, learned, injected: {}, carried: {}, reasons: [], scaledBy: [] },
    false,
  ).filter(({ stage }) => stage === 'learned')
  assert.equal(stage!.says, `p50 500m, p95 700m, p99 750m, peak 1; ${says}`)
})
