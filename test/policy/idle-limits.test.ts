import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { advance, DEFAULT_POLICY, type Progress, type PublishRules } from '../../src/policy/index.ts'
import type { ContainerRecommendation } from '../../src/recommendations/index.ts'
import { at, authored, progress, RULES } from './progress.ts'

const learned = (request: string, limit: string): ContainerRecommendation[] => [
  { name: 'app', cpu: { request, limit }, memory: { request: '700Mi', limit: '1Gi' } },
]
const UNLIMITED = authored({ cpu: '1', memory: '1Gi' }, { memory: '1Gi' })

/** What is given first, and two days later, when something else is learned. */
function twice(
  later: ContainerRecommendation[],
  { rules = RULES, ...changes }: Partial<Progress> & { rules?: PublishRules } = {},
) {
  const one = { author: UNLIMITED, ...changes }
  const first = advance(undefined, progress(learned('800m', '900m'), { ...one, now: at(0) }), rules)
  const second = advance(first, progress(later, { ...one, now: at(23) }), rules)
  return { first, second, third: advance(second, progress(later, { ...one, now: at(47) }), rules) }
}

const cpuOf = (containers: readonly ContainerRecommendation[] | undefined) => containers?.[0]?.cpu

describe('a CPU limit that no Pod gets, as its author wrote none and the policy adds none', () => {
  test('is no reason for a revision when a new peak would raise it', () => {
    const { first, second, third } = twice(learned('800m', '2'))
    assert.equal(second, first)
    assert.equal(third.applied, first.applied)
    assert.equal(third.trail, first.trail)
  })

  test('is no reason to ask anybody again', () => {
    const { first, second } = twice(learned('800m', '2'), { mode: 'approve' })
    assert.ok(first.pending)
    assert.equal(second, first)
  })

  test('moves with its request', () => {
    const { third } = twice(learned('900m', '2'))
    assert.deepEqual(cpuOf(third.applied?.containers), { request: '900m', limit: '1800m' })
  })

  test('is never below its request', () => {
    const { third } = twice(learned('905m', '2'), {
      rules: { ...RULES, minimumChange: { ...RULES.minimumChange, share: 0.2 } },
    })
    assert.deepEqual(cpuOf(third.learned?.containers), { request: '905m', limit: '2' })
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
  ]
  for (const [why, given] of cases) {
    test(`is raised with a new peak: ${why}`, () => {
      const { first, third } = twice(learned('800m', '1700m'), given)
      assert.equal(cpuOf(first.learned?.containers)?.limit, '900m')
      assert.equal(cpuOf(third.learned?.containers)?.limit, '1700m')
      assert.ok(third.applied!.revision > first.applied!.revision)
    })
  }
})
