import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exceeded, parseConditions } from '../../../src/commands/report/fail-on.ts'
import { DEFAULT_PRICES } from '../../../src/config/index.ts'
import { type FleetFacts, fleetInsight, type WorkloadFacts } from '../../../src/insight/index.ts'

const GIB = 2 ** 30
const value = (request: string, memory: string) => ({
  name: 'app',
  cpu: { request },
  memory: { request: memory, limit: memory },
})

function workload(name: string, more: Partial<WorkloadFacts['containers'][number]> = {}): WorkloadFacts {
  const now = { cpu: { request: 1 }, memory: { request: GIB, limit: GIB } }
  const container = { name: 'app', author: now, now, learned: { balanced: value('500m', '512Mi') }, ...more }
  return { workload: { namespace: 'shop', kind: 'Deployment', name }, pods: 1, containers: [container] }
}

function insightOf(workloads: readonly WorkloadFacts[], notes: FleetFacts['notes'] = []) {
  const rest = { timeSeconds: 0, sources: [], goal: 'balanced', prices: DEFAULT_PRICES, notes } as const
  return fleetInsight({ ...rest, workloads })
}

const NONE_ASKED = { cpu: {}, memory: {} }

test('a risk of at least the severity is told, with the workload that has it', () => {
  const insight = insightOf([workload('calm'), workload('killed', { oomKills: 2 })])
  assert.deepEqual(exceeded(insight, parseConditions('risk=high')), [
    'risk=high: Deployment shop/killed: app was OOM-killed 2 times under its limit of 1Gi.',
  ])
  assert.equal(exceeded(insight, parseConditions('risk=low')).length, 1)
  assert.deepEqual(exceeded(insightOf([workload('calm')]), parseConditions('risk=low')), [])
})

test('a single kind of risk can be asked for by its name', () => {
  const insight = insightOf([workload('bare', { now: NONE_ASKED }), workload('killed', { oomKills: 1 })])
  assert.deepEqual(
    ['no-requests', 'oom-kills', 'crashing'].map((name) => exceeded(insight, parseConditions(name)).length),
    [1, 1, 0],
  )
})

test('waste is a share of what is spent, or money a month', () => {
  const insight = insightOf([workload('web')])
  const met = (list: string) => exceeded(insight, parseConditions(list)).length
  assert.deepEqual(['waste=49%', 'waste=50%', 'waste=12.40', 'waste=12.41'].map(met), [1, 0, 1, 0])
  assert.match(exceeded(insight, parseConditions('waste=10%'))[0]!, /^waste=10%: \$12\.41 of \$24\.82 a month \(50 %\)/)
})

test('a condition that cannot be judged by what is known is an error, and no silence', () => {
  const unasked: WorkloadFacts = { ...workload('web'), containers: [{ name: 'app' }] }
  const note = { code: 'RequestsMissing', says: 'There are no requests.' } as const
  const message = /^--fail-on .* cannot be judged: There are no requests\.$/
  for (const list of ['waste=10%', 'waste=5', 'no-requests', 'above-request'])
    assert.throws(() => exceeded(insightOf([unasked], [note]), parseConditions(list)), { message }, list)
  const kills = { code: 'OomKillsMissing', says: 'There are no requests.' } as const
  assert.throws(() => exceeded(insightOf([workload('web')], [kills]), parseConditions('oom-kills')), { message })
})

test('several conditions are judged each for itself, in their order', () => {
  const insight = insightOf([workload('bare', { now: NONE_ASKED, oomKills: 1 })])
  assert.deepEqual(
    exceeded(insight, parseConditions('no-requests, oom-kills')).map((line) => line.split(':')[0]),
    ['no-requests', 'oom-kills'],
  )
})

test('what is no condition is refused with what would be one', () => {
  for (const list of [
    '',
    'risk',
    'risk=huge',
    'waste',
    'waste=-1',
    'waste=many%',
    'no-requests=1',
    'toString',
    'risk=high,',
  ])
    assert.throws(() => parseConditions(list), /is none of: risk=low\|medium\|high, waste=/, list)
})
