import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSelector, selects } from '../../src/policy/index.ts'

const matches = (text: string, labels: Record<string, string>) => {
  const selector = parseSelector(text)
  return selector && selects(selector, labels)
}

test('a selector in text form is read in every form that Kubernetes writes', () => {
  const labels = { app: 'shop', tier: 'web', 'example.com/role': '' }
  for (const text of [
    'app=shop',
    'app==shop',
    'app = shop,tier in (db, web)',
    'tier',
    '!canary',
    'app!=cart',
    'none!=x',
  ])
    assert.equal(matches(text, labels), true, text)
  for (const text of ['app=cart', 'tier notin (web)', '!app', 'canary', 'app!=shop', 'app=shop,tier=db'])
    assert.equal(matches(text, labels), false, text)
  assert.equal(matches('example.com/role=,app=shop', labels), true)
  assert.equal(matches('app notin (a,b),tier=web', labels), true)
})

test('an empty or invalid selector selects nothing', () => {
  for (const text of ['', '  ', ',', 'app=shop,', 'a=b=c', 'app in (a', 'x'.repeat(5000), 'a b c'])
    assert.equal(parseSelector(text), undefined, text.slice(0, 20))
})

test('a hostile selector is answered quickly', () => {
  const startedAt = performance.now()
  for (const text of ['('.repeat(4000), ','.repeat(4000), 'a '.repeat(2000), `${'a'.repeat(3000)} in (`])
    parseSelector(text)
  assert.ok(performance.now() - startedAt < 1000)
})
