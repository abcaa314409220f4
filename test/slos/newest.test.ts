import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newestReceived } from '../../src/slos/index.ts'

const carrying = (revision: number, since: string) => ({ carries: { revision, since } })

test('the newest revision counts from the first Pod that received it', () => {
  const pods = [
    carrying(3, '2026-03-01T12:00:00Z'),
    carrying(4, '2026-03-01T13:00:00Z'),
    carrying(4, '2026-03-01T12:30:00Z'),
    {},
  ]
  const expected = { revision: 4, receivedAtSeconds: Date.parse('2026-03-01T12:30:00Z') / 1000 }
  assert.deepEqual(newestReceived(pods), expected)
  assert.deepEqual(newestReceived(pods.toReversed()), expected)
})

test('Pods without a revision, or with a time that is none, have no newest one', () => {
  assert.equal(newestReceived([{}, carrying(1, 'yesterday')]), undefined)
})
