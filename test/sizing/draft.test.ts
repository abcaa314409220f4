import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Draft, revertToAuthor, valuesOf } from '../../src/sizing/draft.ts'

const author = { request: 1n }
const values = { request: 2n }
const cpu: Draft = { resource: 'cpu', author, values, reasons: ['RaisedToMinimum'], least: 0n }
const memory: Draft = { ...cpu, resource: 'memory' }
const kept: Draft = { resource: 'cpu', author, reasons: ['NotInAppliedRevision'], least: 0n }
const reverted = { values: undefined, reasons: ['HeldByQuota'] }

test("a resource without a decision has its author's value", () => {
  assert.deepEqual([valuesOf(cpu), valuesOf(kept)], [values, author])
})

test("only the named resources return to their authors' values, with the reason", () => {
  assert.deepEqual(revertToAuthor([[cpu, memory], [kept]], ['cpu'], 'HeldByQuota'), [
    [{ ...cpu, ...reverted }, memory],
    [kept],
  ])
})

test('only the requested resources return', () => {
  const other = { ...cpu, least: 5n }
  assert.deepEqual(
    revertToAuthor([[cpu], [other]], ['cpu', 'memory'], 'HeldByQuota', ({ least }) => least > 0n),
    [[cpu], [{ ...other, ...reverted }]],
  )
})

test('drafts in which nothing returns are the same object', () => {
  for (const drafts of [[[kept]], [[memory], [kept]], []]) {
    assert.equal(revertToAuthor(drafts, ['cpu'], 'HeldByQuota'), drafts)
  }
})
