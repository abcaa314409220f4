import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DEFAULT_POLICY, type Pod, type Policy } from '../../src/policy/index.ts'
import { readApplied } from '../../src/recommendations/index.ts'
import { NO_CONSTRAINTS } from '../../src/sizing/index.ts'
import { AnswerCache, type Question } from '../../src/webhook/answer-cache.ts'
import { allowed } from '../../src/webhook/review.ts'

const podOf = (cpu = '1'): Pod => ({ spec: { containers: [{ name: 'app', resources: { requests: { cpu } } }] } })
const applied = () => readApplied({ revision: 1, containers: [{ name: 'app', cpu: { request: '500m' } }] })
const question: Question = { input: podOf(), applied: applied(), policy: DEFAULT_POLICY, constraints: NO_CONSTRAINTS }
const answer = allowed({ uid: 'first' }, { reasons: ['NothingToChange'] })
const place = 'shop/Deployment/web//5b8dd68bd7'

function keeping(): AnswerCache {
  const cache = new AnswerCache()
  for (let i = 0; i < 2; i++) cache.keep(place, question, answer)
  return cache
}

function keepTwice(cache: AnswerCache, places: number, of: Question): void {
  for (let i = 0; i < places; i++)
    for (let times = 0; times < 2; times++) cache.keep(`shop/Deployment/web-${i}//x`, of, answer)
}

describe('an answer is cached', () => {
  test('when its place is asked about for the second time, because many templates have one Pod', () => {
    const cache = new AnswerCache()
    cache.keep(place, question, answer)
    assert.equal(cache.find(place, question), undefined)
    cache.keep(place, question, answer)
    assert.equal(cache.find(place, question), answer)
  })

  test('even if some thousand other places were asked about in between, but not after many more', () => {
    const after = (others: number) => {
      const cache = new AnswerCache()
      cache.keep(place, question, answer)
      for (let i = 0; i < others; i++) cache.keep(`shop/Deployment/web-${i}//x`, question, answer)
      cache.keep(place, question, answer)
      return cache.find(place, question)
    }
    assert.deepEqual([after(2_000), after(4_000)], [answer, undefined])
  })

  test('not for a place that is longer than names can be', () => {
    const cache = new AnswerCache()
    const long = 'x'.repeat(1025)
    for (let i = 0; i < 3; i++) cache.keep(long, question, answer)
    assert.equal(cache.find(long, question), undefined)
  })
})

describe('a cached answer is used', () => {
  test('for the same question, even with different Pod objects', () => {
    const { limits, quotas } = NO_CONSTRAINTS
    assert.equal(keeping().find(place, { ...question, input: podOf(), constraints: { limits, quotas } }), answer)
  })

  const others: readonly (readonly [what: string, change: Partial<Question>])[] = [
    ['a Pod that differs', { input: podOf('2') }],
    ['another revision, or the same one read again', { applied: applied() }],
    ['another policy', { policy: { ...DEFAULT_POLICY } satisfies Policy }],
    [
      'other LimitRanges, or the same ones read again',
      { constraints: { ...NO_CONSTRAINTS, limits: { container: {}, pod: {} } } },
    ],
    ['other quotas', { constraints: { ...NO_CONSTRAINTS, quotas: [] } }],
    [
      'another number of Pods for which a quota must have room',
      { constraints: { ...NO_CONSTRAINTS, concurrentPods: 1n } },
    ],
  ]
  for (const [what, change] of others)
    test(`not for ${what}`, () => {
      assert.equal(keeping().find(place, { ...question, ...change }), undefined)
    })

  test('not for another place', () => {
    assert.equal(keeping().find('shop/Deployment/web//another', question), undefined)
  })
})

describe('the memory of the cache is bounded', () => {
  test('by the number of answers', () => {
    const cache = new AnswerCache()
    keepTwice(cache, 5_000, question)
    assert.equal(cache.size, 2_000)
    assert.equal(cache.find('shop/Deployment/web-0//x', question), undefined)
    assert.equal(cache.find('shop/Deployment/web-4999//x', question), answer)
  })

  test('by their size', () => {
    const cache = new AnswerCache()
    const long: Pod = { spec: { containers: [{ name: 'app', args: ['x'.repeat(40_000)] }] } }
    keepTwice(cache, 1_000, { ...question, input: long })
    assert.ok(cache.size > 80 && cache.size < 105, `${cache.size} answers of 80 KB`)
  })

  test('and an answer above 128 KiB is not cached, and removes the earlier one', () => {
    const cache = keeping()
    const huge: Pod = { spec: { containers: [{ name: 'app', args: ['x'.repeat(70_000)] }] } }
    cache.keep(place, { ...question, input: huge }, answer)
    assert.equal(cache.find(place, { ...question, input: huge }), undefined)
    assert.equal(cache.size, 0)
  })
})
