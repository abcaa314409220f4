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

test('says how much other instances of the application count beside its own usage', () => {
  const says = (instances: number, decides: boolean) => {
    const evidence = {
      ...{ p50: '500m', p95: '700m', p99: '750m', peak: '1' },
      basis: decides ? `learned from ${instances} other instances of shop` : 'usage of the last days',
      profile: { application: 'shop', instances, days: 2.1, decides },
    }
    const learned = { request: '1200m', evidence }
    const explained = { author: {}, learned, injected: {}, carried: {}, reasons: [], scaledBy: [] }
    return stagesOf({ resource: 'cpu', ...explained }, false).find(({ stage }) => stage === 'learned')!.says
  }
  const figures = 'p50 500m, p95 700m, p99 750m, peak 1'
  const counting = 'which count for 2.1 days'
  assert.equal(says(7, true), `${figures}; learned from 7 other instances of shop`)
  assert.equal(says(7, false), `${figures}; usage of the last days; and from 7 other instances of shop, ${counting}`)
  assert.equal(says(1, false), `${figures}; usage of the last days; and from 1 other instance of shop, ${counting}`)
})
