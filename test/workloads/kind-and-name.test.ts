import assert from 'node:assert/strict'
import { test } from 'node:test'
import { splitKindAndName } from '../../src/workloads/kind-and-name.ts'

test("an object's name is split into its kind, with or without a group, and its name", () => {
  assert.deepEqual(splitKindAndName('Deployment/web'), { kind: 'Deployment', name: 'web' })
  assert.deepEqual(splitKindAndName('sts/db-0.a'), { kind: 'sts', name: 'db-0.a' })
  assert.deepEqual(splitKindAndName('StatefulSet.apps.kruise.io/db'), {
    kind: 'StatefulSet.apps.kruise.io',
    name: 'db',
  })
})

test('other texts are not split', () => {
  for (const text of [
    '',
    'web',
    '/web',
    'deployment/',
    'deployment/Web',
    'deployment/web/0',
    './web',
    '1/web',
    'a b/web',
  ])
    assert.equal(splitKindAndName(text), undefined, text)
})
