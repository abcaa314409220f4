import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Criticality } from '../../src/api/index.ts'
import { criticalityOf, readCriticality } from '../../src/policy/index.ts'

test('criticality is the highest of operator, PriorityClass and author', () => {
  const ofPriorityClass = { 'system-node-critical': 'critical', batch: 'low' } as const
  const cases: readonly (readonly [
    Criticality,
    priorityClass: string | undefined,
    author: Criticality | undefined,
    Criticality,
  ])[] = [
    ['low', undefined, undefined, 'low'],
    ['medium', undefined, 'high', 'high'],
    ['high', 'batch', 'low', 'high'],
    ['low', 'system-node-critical', 'medium', 'critical'],
    ['medium', 'unheard', undefined, 'medium'],
    ['medium', 'constructor', undefined, 'medium'],
    ['critical', 'batch', undefined, 'critical'],
  ]
  for (const [operator, priorityClass, author, expected] of cases)
    assert.equal(criticalityOf({ operator, priorityClass, author }, ofPriorityClass), expected)
})

test("an author's criticality that is not one of the four words always needs approval", () => {
  const read = (word: unknown) => readCriticality({ 'plimsoll.dev/criticality': word })
  assert.deepEqual(['low', 'critical', 'hihg', null, 7].map(read), [
    'low',
    'critical',
    'critical',
    'critical',
    'critical',
  ])
  assert.equal(readCriticality({}), undefined)
  assert.equal(read(undefined), undefined)
})
