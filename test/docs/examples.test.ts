import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { examplesOf, whyInvalid } from './examples.ts'
import { CURRENT_PAGES, textOf } from './pages.ts'

test('the product takes every SizingPolicy, Experiment and Helm value that a page shows', () => {
  const all = CURRENT_PAGES.flatMap((page) => examplesOf(page, textOf(page)))
  assert.ok(all.length > 20)
  const invalid = all.flatMap(({ where, text }) => {
    const why = whyInvalid(text)
    return why ? [`${where}: ${why}`] : []
  })
  assert.deepEqual(invalid, [])
})

describe('the checker of examples', () => {
  test('finds fenced and indented YAML', () => {
    const page = [
      '```yaml',
      'a: 1',
      '```',
      'text',
      '    kind: SizingPolicy',
      '    spec: {}',
      '',
      '    helm install x',
    ].join('\n')
    assert.deepEqual(
      examplesOf('page.md', page).map(({ where }) => where),
      ['page.md:2', 'page.md:5'],
    )
  })

  test('refuses fields and values that there are not', () => {
    assert.match(whyInvalid('kind: SizingPolicy\nspec: {goal: cheap}')!, /goal/)
    assert.match(whyInvalid('kind: SizingPolicy\nspec: {apply: {runing: never}}')!, /apply\.runing/)
    assert.match(whyInvalid('settings: {apply: {runing: never}}')!, /settings\.apply/)
    assert.equal(whyInvalid('kind: SizingPolicy\nspec: {goal: savings}'), undefined)
    assert.equal(whyInvalid('apiVersion: v1\nkind: Pod'), undefined)
  })
})
