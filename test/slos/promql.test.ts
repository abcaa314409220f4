import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countsOf, filledIn, insideSum, readSelector, sumBy, whyNotCountable } from '../../src/slos/promql.ts'

test('a selector is read with its matchers as they are', () => {
  const table: readonly (readonly [string, ReturnType<typeof readSelector>])[] = [
    ['up', { metric: 'up', matchers: '' }],
    [
      '  http_requests_total { job="a" , code=~"5.." } ',
      { metric: 'http_requests_total', matchers: 'job="a" , code=~"5.."' },
    ],
    ['a{b="}{",c=\'"\'}', { metric: 'a', matchers: 'b="}{",c=\'"\'' }],
    ['a{b="c",}', { metric: 'a', matchers: 'b="c"' }],
    ['a{b="c"}[5m]', undefined],
    ['a + b', undefined],
    ['sum(a)', undefined],
    ['{__name__="a"}', undefined],
    ['a{b="c"} or d{}', undefined],
  ]
  for (const [text, selector] of table) assert.deepEqual(readSelector(text), selector, text)
})

test('only an expression that is one sum over everything is grouped', () => {
  const table = [
    ['sum(rate(a[5m]))', 'rate(a[5m])'],
    [' sum ( a{b=")"} ) ', ' a{b=")"} '],
    ['sum(a) / sum(b)', undefined],
    ['sum by (c) (a)', undefined],
    ['sum(a) by (c)', undefined],
    ['max(a)', undefined],
    ['sum(a', undefined],
  ] as const
  for (const [text, inner] of table) {
    assert.equal(insideSum(text), inner, text)
    assert.equal(sumBy(['pod'], text), inner === undefined ? text : `sum by (pod) (${inner})`)
  }
})

test('a query of people is refused with the reason', () => {
  const table = [
    ['sum(increase(a[$window]))', undefined],
    ['sum(increase(a{b="[5m] @ offset #"}[$window]))', undefined],
    ['sum(increase(a[5m]))', /its range \[5m\] must be \[\$window\]/],
    ['sum(increase(a[$window])) + max_over_time(b[$window:1s])', /its range \[\$window:1s\]/],
    ['sum(a)', /it has no range/],
    ['sum(increase(a[$window] offset 1d))', /the modifier offset/],
    ['sum(increase(a[$window] @ 0))', /the modifier @/],
    ['sum(increase(a[$window])', /its brackets do not match/],
    ['sum(increase(a[$window]))) or vector(1', /its brackets do not match/],
    ['sum(increase(a{b="c}[$window]))', /a text without an end/],
    ['sum(increase(a[$window])) # all', /a comment/],
  ] as const
  for (const [text, why] of table) {
    if (why) assert.match(whyNotCountable(text) ?? '', why, text)
    else assert.equal(whyNotCountable(text), undefined, text)
  }
})

test('the functions of an expression say whether it returns requests or requests per second', () => {
  assert.equal(countsOf('sum(increase(a[$window]))'), 'requests')
  assert.equal(countsOf('sum(rate(a[$window]))'), 'requestsPerSecond')
  assert.equal(countsOf('sum(irate(a[$window]))'), 'requestsPerSecond')
  assert.equal(countsOf('sum(a{b="rate("})'), undefined)
  assert.equal(countsOf('sum(rate(a[$window])) + sum(increase(a[$window]))'), undefined)
})

test('placeholders are filled in', () => {
  const text = 'sum by (pod) (increase(a{namespace="$namespace",pod=~"$pod"}[$window]))'
  assert.equal(
    filledIn(text, { namespace: 'shop', windowSeconds: 299.5 }),
    'sum by (pod) (increase(a{namespace="shop",pod=~".+"}[300s]))',
  )
})
