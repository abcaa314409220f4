import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ContainerRecommendation } from '../../src/api/recommendation.ts'
import { DEFAULT_POLICY } from '../../src/policy/policy.ts'
import { parseQuantity } from '../../src/resources/quantity.ts'
import type { ReconcileInput, ReconcileRules } from '../../src/revisions/reconcile-input.ts'
import { at, authored, input, RULES, statusAfter } from './reconcile-input.ts'

const learned = (request: string, limit: string): ContainerRecommendation[] => [
  { name: 'app', cpu: { request, limit }, memory: { request: '700Mi', limit: '1Gi' } },
]
const UNLIMITED = authored({ cpu: '1', memory: '1Gi' }, { memory: '1Gi' })

/** The values given first, and two days later, when other values are learned. */
function twice(
  later: ContainerRecommendation[],
  { rules = RULES, ...changes }: Partial<ReconcileInput> & { rules?: ReconcileRules } = {},
) {
  const one = { author: UNLIMITED, ...changes }
  const first = statusAfter(undefined, input(learned('800m', '900m'), { ...one, now: at(0) }), rules)
  const second = statusAfter(first, input(later, { ...one, now: at(23) }), rules)
  return { first, second, third: statusAfter(second, input(later, { ...one, now: at(47) }), rules) }
}

const cpuOf = (containers: readonly ContainerRecommendation[] | undefined) => containers?.[0]?.cpu

describe('a CPU limit that no Pod gets, because its author wrote none and the policy adds none', () => {
  test('is no reason for a revision when a new peak would raise it', () => {
    const { first, second, third } = twice(learned('800m', '1100m'))
    assert.equal(second, first)
    assert.equal(third.applied, first.applied)
    assert.equal(third.changelog, first.changelog)
  })

  test('is no reason to ask for approval again', () => {
    const { first, second } = twice(learned('800m', '1100m'), { mode: 'approve' })
    assert.ok(first.pending)
    assert.equal(second, first)
  })

  test('is no reason either if the request comes from bounds or a node', () => {
    const cpu = { ...DEFAULT_POLICY.bounds.cpu, min: parseQuantity('850m')! }
    const policy = { ...DEFAULT_POLICY, bounds: { ...DEFAULT_POLICY.bounds, cpu } }
    const raised = twice(learned('800m', '1100m'), { rules: { ...RULES, policy } })
    assert.equal(cpuOf(raised.first.applied?.containers)?.request, '850m')
    assert.equal(raised.third.applied, raised.first.applied)
    const both = twice(learned('800m', '1100m'), {
      rules: { ...RULES, policy },
      largestNode: { cpu: parseQuantity('600m')! },
    })
    assert.equal(cpuOf(both.first.applied?.containers)?.request, '600m')
    assert.equal(both.third.applied, both.first.applied)
    const capped = twice(learned('800m', '1100m'), { largestNode: { cpu: parseQuantity('600m')! } })
    assert.equal(cpuOf(capped.first.applied?.containers)?.request, '600m')
    assert.equal(capped.third.applied, capped.first.applied)
  })

  test('moves with its request, without steps', () => {
    const { third } = twice(learned('900m', '8'))
    assert.deepEqual(cpuOf(third.applied?.containers), { request: '900m', limit: '8' })
  })

  test('is never below its request', () => {
    const { third } = twice(learned('905m', '1100m'), {
      rules: { ...RULES, minimumChange: { ...RULES.minimumChange, share: 0.2 } },
    })
    assert.deepEqual(cpuOf(third.learned?.containers), { request: '905m', limit: '1100m' })
    const { third: equal } = twice(learned('900m', '1100m'), {
      rules: { ...RULES, minimumChange: { ...RULES.minimumChange, share: 0.2 } },
    })
    assert.deepEqual(cpuOf(equal.learned?.containers), { request: '800m', limit: '900m' })
  })

  test('is always high enough for the known usage', () => {
    for (const limit of ['1125m', '8']) {
      assert.equal(cpuOf(twice(learned('800m', limit)).third.applied?.containers)?.limit, limit)
    }
  })
})

describe('a CPU limit that Pods get', () => {
  const cases: readonly (readonly [why: string, given: Parameters<typeof twice>[1]])[] = [
    ['its author wrote one', { author: authored({ cpu: '1' }, { cpu: '2' }) }],
    [
      'the policy gives one to all',
      { rules: { ...RULES, policy: { ...DEFAULT_POLICY, limits: { cpu: 'headroom', memory: 'headroom' } } } },
    ],
    ['nobody knows what its author wrote', { author: new Map() }],
    ['what its author wrote cannot be read', { author: authored({ cpu: 'many' }) }],
  ]
  for (const [why, given] of cases) {
    test(`is raised with a new peak: ${why}`, () => {
      const { first, third } = twice(learned('800m', '1100m'), given)
      assert.equal(cpuOf(first.learned?.containers)?.limit, '900m')
      assert.equal(cpuOf(third.learned?.containers)?.limit, '1100m')
      assert.ok(third.applied!.revision > first.applied!.revision)
    })
  }
})

test('a memory limit moves with every peak, step by step, even if no Pod gets it, because a low limit kills', () => {
  const more: ContainerRecommendation[] = [
    { name: 'app', cpu: { request: '800m', limit: '900m' }, memory: { request: '700Mi', limit: '4Gi' } },
  ]
  const rules: ReconcileRules = {
    ...RULES,
    policy: { ...DEFAULT_POLICY, limits: { cpu: 'none', memory: 'none' } },
  }
  const { third } = twice(more, { rules, author: authored({ cpu: '1', memory: '1Gi' }) })
  assert.equal(third.applied?.containers[0]?.memory?.limit, '4Gi')
})
