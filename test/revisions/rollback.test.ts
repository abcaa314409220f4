import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Change, Rollback } from '../../src/api/index.ts'
import { isRollbackOf, mayTryAgain, rollbackOf } from '../../src/revisions/rollback.ts'
import { at, makeRevision } from './reconcile-input.ts'

describe('the record of a rollback', () => {
  test('blames the learned revision: the rolled back one was a step to it, or the same', () => {
    assert.equal(rollbackOf({ ...makeRevision(7), towards: 3 }, undefined, 'slow', at(0)).learned, 3)
    assert.equal(rollbackOf(makeRevision(7), undefined, 'slow', at(0)).learned, 7)
  })

  test('contains the number of rollbacks in a row, and the time until which no other revision is tried', () => {
    const first = rollbackOf(makeRevision(1), undefined, 'slow', at(0))
    const second = rollbackOf(makeRevision(2), first, 'slow', at(100))
    assert.deepEqual([first.count, first.until], [1, '2026-03-02T00:00:00Z'])
    assert.deepEqual([second.count, second.time, second.until], [2, '2026-03-05T04:00:00Z', '2026-03-07T04:00:00Z'])
  })
})

describe('somebody asks to roll a revision back', () => {
  const change = (number: number, from: number | undefined, minutes: number): Change => ({
    ...{ time: at(minutes / 60).toISOString(), revision: number, by: 'plimsoll', reason: 'Learned' },
    ...(from !== undefined && { from }),
  })
  const changelog = [change(2, 1, 0), change(3, 2, 10), change(2, 3, 20), change(4, 2, 30)]
  const cases: readonly (readonly [asked: number | undefined, applied: number, minutes: number, boolean])[] = [
    [undefined, 4, 30, false],
    [4, 4, 9999, true],
    // Replaced while they wrote the request, which takes less than five minutes.
    [2, 4, 34.9, true],
    [2, 4, 35, false],
    [3, 4, 31, false],
    // Revision 2 was restored by a rollback: the last one that it replaced counts.
    [3, 2, 21, true],
    [1, 2, 21, false],
    // The changelog does not reach back to it.
    [2, 9, 31, false],
  ]
  for (const [asked, applied, minutes, expected] of cases)
    test(`of ${asked} while ${applied} is applied, after ${minutes} minutes: ${expected}`, () => {
      const rollback = asked === undefined ? undefined : { revision: asked, by: 'dave' }
      assert.equal(isRollbackOf(rollback, applied, changelog, at(minutes / 60)), expected)
    })

  test('without a changelog, a request can only mean the applied revision', () => {
    assert.equal(isRollbackOf({ revision: 1, by: 'dave' }, 1, undefined, at(0)), true)
    assert.equal(isRollbackOf({ revision: 1, by: 'dave' }, 2, undefined, at(0)), false)
  })
})

test('a new revision may be tried when the wait has passed and other values are learned', () => {
  const rollback: Rollback = rollbackOf(makeRevision(1), undefined, 'slow', at(0))
  const other = makeRevision(2)
  assert.equal(mayTryAgain({}, at(0)), true)
  assert.equal(mayTryAgain({ rollback, learned: other }, at(23.999)), false)
  assert.equal(mayTryAgain({ rollback, learned: other }, at(24)), true)
  assert.equal(mayTryAgain({ rollback, learned: makeRevision(1) }, at(24)), false)
  assert.equal(mayTryAgain({ rollback }, at(24)), false)
})
