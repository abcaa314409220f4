import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firstReceivedAt, receivedAt } from '../../src/revisions/pod-health.ts'
import { at, makeRevision, pod } from './reconcile-input.ts'

const revision = makeRevision(7, [], 2)

test('a Pod received a revision at the recorded time, but never before the revision was made', () => {
  assert.equal(receivedAt(pod(7, 3), revision), at(3).getTime())
  assert.equal(receivedAt(pod(7, 1), revision), at(2).getTime())
  assert.equal(receivedAt(pod(6, 3), revision), undefined)
  assert.equal(receivedAt(pod(undefined, 3), revision), undefined)
})

test('the first Pod counts, of those that carry the revision', () => {
  assert.equal(firstReceivedAt(revision, [pod(7, 5), pod(7, 4), pod(7, 6), pod(6, 3)]), at(4).getTime())
  assert.equal(firstReceivedAt(revision, [pod(6, 3), pod(undefined, 3)]), undefined)
})
