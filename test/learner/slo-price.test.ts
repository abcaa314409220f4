import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ContainerRecommendation, Goal } from '../../src/api/index.ts'
import { GOAL_PRICES, pricesWithRoom, type SloTerms } from '../../src/learner/index.ts'
import { withSlo } from '../../src/learner/slo-price.ts'

const TERMS: SloTerms = {
  ...{ text: '95 % of requests below 250 ms', state: 'holds', badShare: 0.03 },
  ...{ request: 1.2, limit: 0 },
}
const ALONE: ContainerRecommendation = {
  name: 'app',
  cpu: { request: '800m', limit: '1500m', confidence: 0.97 },
  memory: { request: '100Mi', limit: '200Mi' },
  evidence: {
    ...{ from: '2026-01-01T00:00:00Z', to: '2026-01-14T00:00:00Z', samples: 4000 },
    cpu: { p50: '500m', p95: '700m', p99: '750m', peak: '1', cost: '900m', inForceCost: '2' },
    memory: { p50: '80Mi', p95: '90Mi', p99: '95Mi', peak: '99Mi' },
  },
}
const priced = (terms: Partial<SloTerms>) => withSlo(ALONE, { ...TERMS, ...terms })

describe('the price of an SLO', () => {
  test('raises the request to what the SLO needs, and shows its cost', () => {
    const { cpu, evidence } = priced({})
    assert.deepEqual(cpu, { request: '1200m', limit: '1500m', confidence: 0.97 })
    assert.deepEqual(evidence!.cpu!.slo, {
      state: 'TakesMore',
      takes: '1200m',
      goalAlone: '800m',
      says: '95 % of requests below 250 ms needs 1200m; the goal alone would request 800m',
    })
    assert.equal(evidence!.cpu!.cost, '1300m')
  })

  test('leaves the request if the goal requests as much', () => {
    const { cpu, evidence } = priced({ request: 0.5 })
    assert.equal(cpu, ALONE.cpu)
    assert.equal(evidence!.cpu!.slo!.state, 'GoalSuffices')
    assert.match(evidence!.cpu!.slo!.says, /what the goal requests \(800m\) is enough/)
    assert.equal(evidence!.cpu!.cost, '900m')
  })

  test('raises only the limit if it does not follow the request', () => {
    const { cpu, evidence } = priced({ request: 0, limit: 2 })
    assert.deepEqual(cpu, { request: '800m', limit: '2', confidence: 0.97 })
    assert.match(evidence!.cpu!.slo!.says, /needs a limit of 2; the goal requests 800m/)
  })

  test('a limit is never below the request', () => {
    assert.deepEqual(priced({ request: 1.8, limit: 1.7 }).cpu, { request: '1800m', limit: '1800m', confidence: 0.97 })
  })

  test('reports that more CPU does not help', () => {
    const { cpu, evidence } = priced({ state: 'unhelped', badShare: 0.3, request: 0.8 })
    assert.equal(cpu!.request, '800m')
    assert.equal(evidence!.cpu!.slo!.state, 'MoreCpuDoesNotHelp')
    assert.match(evidence!.cpu!.slo!.says, /: 30 % are not, and more CPU does not help$/)
  })

  test('leaves memory alone', () => {
    assert.equal(priced({}).memory, ALONE.memory)
    assert.equal(priced({}).evidence!.memory, ALONE.evidence!.memory)
  })

  test('reports nothing without an SLO, or before CPU is known', () => {
    assert.equal(withSlo(ALONE, undefined), ALONE)
    const { cpu: _, ...young } = ALONE
    assert.equal(withSlo(young, TERMS), young)
  })

  test('its text fits the schema, however long the text of the objective', () => {
    for (const state of ['learning', 'holds', 'raised', 'unhelped'] as const) {
      for (const [request, limit] of [
        [0, 0],
        [1e6, 0],
        [0, 1e6],
      ] as const) {
        const said = priced({ state, request, limit, text: 'x'.repeat(1000) })
        assert.ok(ContainerRecommendation.safeParse(said).success, JSON.stringify(said))
      }
    }
  })

  test('with room, CPU costs as much as with the next cheaper goal, and memory as much as with the goal', () => {
    assert.equal(pricesWithRoom('balanced').cpu.shortfall, GOAL_PRICES.savings.cpu.shortfall)
    assert.equal(pricesWithRoom('reliability').cpu.shortfall, GOAL_PRICES.balanced.cpu.shortfall)
    assert.deepEqual(pricesWithRoom('savings'), GOAL_PRICES.savings)
    for (const goal of Goal.options) {
      assert.deepEqual(pricesWithRoom(goal).memory, GOAL_PRICES[goal].memory)
      assert.equal(pricesWithRoom(goal).cpu.limitMargin, GOAL_PRICES[goal].cpu.limitMargin)
    }
  })
})
