import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ApiObject } from '../../src/migrate/index.ts'
import { mergePatch, patchAt, valueAt } from '../../src/migrate/plan/merge-patch.ts'
import { beforeMigration, isAsWritten, recordedPatch, recordOn, restoringPatch } from '../../src/migrate/plan/record.ts'
import { runs } from '../support/arbitraries.ts'

const PATH = ['spec', 'updatePolicy', 'updateMode']
const object = (spec: object): ApiObject => ({
  metadata: { name: 'web', annotations: { team: 'a' } },
  spec: spec as never,
})
const off = (of: ApiObject) => mergePatch(of, recordedPatch(of, 'vpa', [{ path: PATH, is: 'Off' }], ['p'])) as ApiObject

test('what a migration wrote is recorded on the object, and restored exactly', () => {
  for (const spec of [
    {},
    { updatePolicy: {} },
    { updatePolicy: { minReplicas: 2 } },
    { updatePolicy: { updateMode: 'Auto' } },
  ]) {
    const after = off(object(spec))
    assert.equal(valueAt(after, PATH), 'Off')
    assert.deepEqual(recordOn(after)?.policies, ['p'])
    assert.deepEqual(beforeMigration(after), object(spec))
  }
})

test('fields that others have added since stay', () => {
  const after = off(object({}))
  const theirs = mergePatch(after, { spec: { updatePolicy: { minReplicas: 3 } } }) as ApiObject
  assert.deepEqual(beforeMigration(theirs), object({ updatePolicy: { minReplicas: 3 } }))
})

test('an object that somebody has changed since is not as it was written', () => {
  const after = off(object({}))
  assert.equal(isAsWritten(after, recordOn(after)!), true)
  const theirs = mergePatch(after, { spec: { updatePolicy: { updateMode: 'Initial' } } }) as ApiObject
  assert.equal(isAsWritten(theirs, recordOn(theirs)!), false)
  assert.equal(beforeMigration(theirs), theirs)
})

test('a record that cannot be read is no record', () => {
  for (const text of ['', 'null', '{}', '{"tool":"vpa"}', '{"tool":"other","fields":[],"policies":[]}', '[1', '"x"'])
    assert.equal(recordOn({ metadata: { annotations: { 'plimsoll.dev/migrated-from': text } } }), undefined)
})

test('restoring gives the object back for any fields in any object', () => {
  const keys = fc.constantFrom('a', 'b', 'c')
  const path = fc.array(keys, { minLength: 1, maxLength: 4 }).map((rest) => ['spec', ...rest])
  const filled = fc.array(fc.tuple(path, fc.constantFrom('x', 'y')), { maxLength: 5 })
  fc.assert(
    fc.property(filled, path, (values, changed) => {
      let made: object = { metadata: { annotations: { team: 'a' } }, spec: {} }
      for (const [at, value] of values) {
        const isFree = at.every((_, i) => i === 0 || typeof valueAt(made, at.slice(0, i)) !== 'string')
        if (isFree && typeof valueAt(made, at) !== 'object') made = mergePatch(made, patchAt(at, value)) as object
      }
      const before = made as ApiObject
      // Only scalars are ever set, and only below objects.
      fc.pre(changed.every((_, i) => i === 0 || typeof valueAt(before, changed.slice(0, i)) !== 'string'))
      fc.pre(typeof valueAt(before, changed) !== 'object')
      const after = mergePatch(before, recordedPatch(before, 'vpa', [{ path: changed, is: 'z' }], [])) as ApiObject
      assert.equal(valueAt(after, changed), 'z')
      assert.deepEqual(mergePatch(after, restoringPatch(after, recordOn(after)!)), before)
    }),
    { numRuns: runs(300) },
  )
})
