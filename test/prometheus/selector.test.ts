import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oneOf, selector } from '../../src/prometheus/selector.ts'

test('a selector has the matchers, then the namespace and the labels, which must all match', () => {
  assert.equal(selector('up', { labels: {} }), 'up{}')
  const scope = { namespace: 'shop', labels: { cluster: 'a', namespace: 'other' } }
  assert.equal(selector('up', scope, ['job!=""']), 'up{job!="",namespace="shop",cluster="a",namespace="other"}')
})

test('values are quoted, so that nothing in them is read as PromQL', () => {
  assert.equal(selector('up', { namespace: 'a"}', labels: { x: '\\' } }), String.raw`up{namespace="a\"}",x="\\"}`)
})

test('names are matched exactly, with an optional suffix', () => {
  assert.equal(oneOf('pod', ['web-0', 'web.1']), String.raw`pod=~"web-0|web\\.1"`)
  assert.equal(oneOf('pod', ['a|b'], '.*'), String.raw`pod=~"a\\|b.*"`)
})
