import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Waiting } from '../../src/api/index.ts'
import type { ReconcileInput } from '../../src/revisions/reconcile-input.ts'
import { stopOf, waitOf, youthOf } from '../../src/revisions/stop.ts'
import { shorten } from '../../src/revisions/text.ts'
import { at } from './reconcile-input.ts'

const NOON = '2026-03-01T12:00:00Z'

describe('no new revision is applied', () => {
  const cases: readonly (readonly [
    when: string,
    hours: number,
    given: Partial<ReconcileInput>,
    Waiting | undefined,
  ])[] = [
    ['nobody stops it', 0, {}, undefined],
    [
      'held without an end or a reason',
      9e3,
      { spec: { hold: { by: 'eve' } } },
      { because: 'Held', message: 'held by eve' },
    ],
    [
      'held until noon, before noon',
      11.9,
      { spec: { hold: { by: 'eve', until: '2026-03-01T12:00:00.500Z', reason: 'sale' } } },
      { because: 'Held', until: NOON, message: 'held by eve: sale' },
    ],
    ['held until noon, at noon', 12, { spec: { hold: { by: 'eve', until: NOON } } }, undefined],
    [
      'frozen without an end or a reason',
      9e3,
      { freezes: [{ of: 'it' }] },
      { because: 'Frozen', message: 'it is frozen' },
    ],
    [
      'frozen until noon, before noon',
      11.9,
      { freezes: [{ of: 'it', until: at(12), reason: 'sale' }] },
      { because: 'Frozen', until: NOON, message: 'it is frozen: sale' },
    ],
    ['frozen until noon, at noon', 12, { freezes: [{ of: 'it', until: at(12) }] }, undefined],
    [
      'one freeze is over, another is not',
      13,
      { freezes: [{ of: 'one', until: at(12) }, { of: 'two' }] },
      { because: 'Frozen', message: 'two is frozen' },
    ],
    [
      'held and frozen: the hold is nearer to the workload',
      0,
      { spec: { hold: { by: 'eve' } }, freezes: [{ of: 'it' }] },
      { because: 'Held', message: 'held by eve' },
    ],
  ]
  for (const [when, hours, given, expected] of cases)
    test(when, () => assert.deepEqual(stopOf({ spec: {}, freezes: [], ...given, now: at(hours) }), expected))
})

describe('due values wait for a change window', () => {
  const because = 'ChangeWindow'
  const cases: readonly (readonly [when: string, ReconcileInput['opening'], Waiting | undefined])[] = [
    ['which is open', { isOpen: true }, undefined],
    [
      'which opens later',
      { isOpen: false, opens: at(12) },
      { because, until: NOON, message: `the next change window opens at ${NOON}` },
    ],
    ['which never opens', { isOpen: false }, { because, message: 'no change window will open again' }],
    [
      'which cannot be read',
      { isOpen: false, unreadable: 'no such day: Mun' },
      { because, message: 'the change window cannot be read, so it is closed: no such day: Mun' },
    ],
  ]
  for (const [which, opening, expected] of cases) test(which, () => assert.deepEqual(waitOf({ opening }), expected))
})

describe('decreases wait until enough days are known', () => {
  const message = 'nothing is lowered before 3 days of usage are known; so far 1 is'
  const from = (...hours: number[]) =>
    hours.map((hour, i) => ({
      name: 'app',
      evidence: { from: at(hour).toISOString(), to: at(hour).toISOString(), samples: 1, days: i + 1 },
    }))
  const young = (learned: Parameters<typeof youthOf>[0]['learned']) => youthOf({ learned, now: at(36) }, 3)

  test('of the container that was seen last', () => {
    assert.deepEqual(young(from(0, 12)), { because: 'Young', until: '2026-03-04T12:00:00Z', message })
  })

  test('which is unknown if usage comes in short runs, or nothing is known', () => {
    assert.deepEqual(young(from(-36)), { because: 'Young', message })
    assert.deepEqual(young([]), { because: 'Young', message: message.replace('1 is', '0 are') })
  })
})

test('a message keeps at most 200 characters, and no half of one', () => {
  assert.equal(shorten('a'.repeat(200)), 'a'.repeat(200))
  assert.equal(shorten('a'.repeat(201)), `${'a'.repeat(199)}…`)
  assert.equal(shorten(`${'a'.repeat(198)}😀😀`), `${'a'.repeat(198)}\uFFFD…`)
  const hold = { by: 'eve', reason: 'a'.repeat(300) }
  const long = { of: 'it', reason: 'a'.repeat(300) }
  assert.equal(stopOf({ spec: { hold }, freezes: [], now: at(0) })!.message.length, 200)
  assert.equal(stopOf({ spec: {}, freezes: [long], now: at(0) })!.message.length, 200)
})
