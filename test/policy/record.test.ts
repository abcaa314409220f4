import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  authorsValues,
  carriedRevision,
  carriesChange,
  DECISION_ANNOTATION,
  type DecisionRecord,
  parseRecord,
  recordChange,
  recordedAuthor,
  recordedResources,
} from '../../src/policy/index.ts'
import { type Allotment, parseQuantity } from '../../src/resources/index.ts'

/** `request/limit`; a dash is none. */
const values = (text: string): Allotment => {
  const [request, limit] = text.split('/').map((one) => (one === '-' ? undefined : parseQuantity(one)))
  return { request, limit }
}
const INJECTED = { request: ['1', '2'], limit: ['3', '4'] }
const ADDED = { request: ['1', '2'], limit: [null, '4'] }
const NEITHER_PAIR: readonly unknown[] = [['1'], ['1', '2', '3'], '1', null, ['many', '2'], ['-1', '2'], [1n, '2']]

describe('a record is read', () => {
  test('where every version looks for it', () => assert.equal(DECISION_ANNOTATION, 'plimsoll.dev/decision'))

  const record = { revision: 1, containers: {}, reasons: {} }
  test('from the annotation, which anyone may have written', () => {
    assert.deepEqual(parseRecord(JSON.stringify(record)), record)
    for (const annotation of [
      undefined,
      7,
      '',
      '{',
      'null',
      '[]',
      '7',
      '{}',
      '{"containers":[]}',
      '{"containers":null}',
    ])
      assert.equal(parseRecord(annotation), undefined, String(annotation))
  })

  test('up to 64 KiB', () => {
    const text = JSON.stringify(record)
    assert.ok(parseRecord(text.padEnd(65_536)))
    assert.equal(parseRecord(text.padEnd(65_537)), undefined)
  })
})

describe("the author's values", () => {
  const cases: readonly (readonly [carried: string, recorded: readonly unknown[], expected: string | undefined])[] = [
    ['2/4', [INJECTED], '1/3'],
    ['2/4', [ADDED], '1/-'],
    ['2/4', [{ request: [null, '2'], limit: ['3', '4'] }], '3/3'],
    ['2/4', [{ request: [null, '2'], limit: [null, '4'] }], '-/-'],
    ['2/4', [{ request: ['1', '2'] }], '1/4'],
    ['2/4', [{ limit: ['3', '4'] }], '2/3'],
    // The API server set the request to the limit, and neither was written by an author.
    ['-/4', [{ limit: ['3', '4'] }], '3/3'],
    ['2/4', [], '2/4'],
    ['2/4', [undefined, undefined], '2/4'],
    // A resize that is under way has taken effect.
    ['5/4', [INJECTED, { request: ['1', '5'], limit: ['3', '4'] }], '1/3'],
    ['5/4', [undefined, { request: ['1', '5'] }], '1/4'],
    // Somebody has changed what it carries.
    ['9/4', [INJECTED], undefined],
    ['2/9', [INJECTED], undefined],
    ['-/4', [INJECTED], undefined],
    ['2/-', [INJECTED], undefined],
    ['9/-', [{ request: ['1', '2'] }], undefined],
    ['-/9', [{ limit: ['3', '4'] }], undefined],
    ['-/4', [{ request: ['1', 'many'] }], undefined],
    // Nobody wrote a request above a limit.
    ['2/4', [{ request: ['9', '2'], limit: ['3', '4'] }], undefined],
    ['2/4', [{ request: ['3', '2'], limit: ['3', '4'] }], '3/3'],
    ['2/4', ['text'], undefined],
    ['2/4', [null], undefined],
    ...NEITHER_PAIR.flatMap((pair) =>
      [{ request: pair }, { limit: pair }].map((change) => ['2/4', [change], undefined] as const),
    ),
  ]
  for (const [i, [carried, recorded, expected]] of cases.entries())
    test(`case ${i + 1}: behind ${carried} are ${expected ?? 'not known'}`, () => {
      assert.deepEqual(authorsValues(values(carried), recorded), expected && values(expected))
      for (const change of recorded)
        if (recorded.length === 1) assert.equal(carriesChange(values(carried), change), expected !== undefined)
    })

  test('cannot be read from what cannot be read itself', () => {
    assert.equal(authorsValues('invalid', []), 'invalid')
    assert.equal(authorsValues('invalid', [INJECTED]), undefined)
    assert.equal(recordedAuthor('invalid', [INJECTED]), 'invalid')
    assert.equal(recordedAuthor('invalid', []), 'invalid')
    for (const change of [INJECTED, {}])
      assert.deepEqual([authorsValues('invalid', [change]), carriesChange('invalid', change)], [undefined, false])
  })
})

describe("the author's values of a running Pod, whatever it carries by now", () => {
  const cases: readonly (readonly [carried: string, recorded: readonly unknown[], expected: string])[] = [
    ['2/4', [INJECTED], '1/3'],
    ['9/9', [INJECTED], '1/3'],
    ['9/9', [ADDED], '1/-'],
    ['9/9', [{ request: [null, '2'], limit: ['3', '4'] }], '3/3'],
    ['9/9', [{ request: ['0', '2'] }], '0/9'],
    ['9/9', [undefined, INJECTED], '1/3'],
    ['9/9', [undefined], '9/9'],
    ['9/-', [{ request: 'text' }], '9/-'],
    ['-/9', [{ limit: 'text' }], '-/9'],
    // What it carries exactly goes before what was recorded first.
    ['5/4', [INJECTED, { request: ['7', '5'], limit: ['8', '4'] }], '7/8'],
    // The first that can be read, and that somebody can have written.
    ['9/9', [{ request: ['8', '2'], limit: ['3', '4'] }, INJECTED], '1/3'],
    ['9/9', [{ request: ['3', '2'], limit: ['3', '4'] }, INJECTED], '3/3'],
    ['9/9', ['text', null], '9/9'],
    ...NEITHER_PAIR.flatMap((pair) =>
      [{ request: pair }, { limit: pair }].map((change) => ['9/9', [change, INJECTED], '1/3'] as const),
    ),
  ]
  for (const [i, [carried, recorded, expected]] of cases.entries())
    test(`case ${i + 1}: they are ${expected} where it carries ${carried}`, () =>
      assert.deepEqual(recordedAuthor(values(carried), recorded), values(expected)))
})

test('a change is recorded where a value is given that the author did not write', () => {
  const cases: readonly (readonly [author: string, final: string, unknown])[] = [
    ['1/3', '2/4', { request: ['1', '2'], limit: ['3', '4'] }],
    ['1/-', '2/4', { request: ['1', '2'], limit: [null, '4'] }],
    ['-/-', '2/-', { request: [null, '2'] }],
    ['1/3', '1/4', { limit: ['3', '4'] }],
    ['1/3', '1/3', undefined],
    ['1/3', '-/-', undefined],
  ]
  for (const [author, final, expected] of cases)
    assert.deepEqual(recordChange('cpu', values(author), values(final)), expected, `${author} -> ${final}`)
  const memory = recordChange('memory', values('1Gi/-'), values('1536Mi/-'))
  assert.deepEqual(memory, { request: ['1Gi', '1536Mi'] })
})

describe('what is recorded of a container', () => {
  const record = (containers: unknown, intended?: unknown) =>
    ({ revision: 1, containers, reasons: {}, intended }) as unknown as DecisionRecord
  const of = (...args: Parameters<typeof record>) => recordedResources(record(...args), 'app')

  test('is the settled change, then the intended one', () => {
    const is = of({ app: { cpu: 1 }, proxy: { cpu: 9 } }, { containers: { app: { cpu: 2, memory: 3 } } })
    assert.deepEqual(is, { cpu: [1, 2], memory: [undefined, 3] })
  })

  test('is nothing where there is none, or what is there is no record', () => {
    const none = { cpu: [undefined, undefined], memory: [undefined, undefined] }
    assert.deepEqual(recordedResources(undefined, 'app'), none)
    for (const containers of [{}, { app: null }, { app: 'text' }, null, 'text']) assert.deepEqual(of(containers), none)
    for (const intended of [null, {}, { containers: null }]) assert.deepEqual(of({}, intended), none)
    assert.deepEqual(recordedResources(record({}), 'constructor'), none)
  })
})

describe('the revision that a Pod carries', () => {
  const time = '2026-03-01T00:00:00Z'
  const intended = { revision: 2, time, containers: {}, restarts: { app: 3 } }
  const record: DecisionRecord = { revision: 1, containers: {}, reasons: {} }
  const odd = (changes: object) => carriedRevision({ ...record, ...changes } as DecisionRecord, false)

  test('is that of the record, or the intended one where the Pod carries that already', () => {
    assert.deepEqual(carriedRevision({ ...record, intended }, false), { revision: 1 })
    assert.deepEqual(carriedRevision({ ...record, intended }, true), { revision: 2, time, restarts: { app: 3 } })
    assert.deepEqual(carriedRevision({ ...record, time, restarts: {} }, true), { revision: 1, time, restarts: {} })
    assert.equal(carriedRevision(undefined, true), undefined)
    assert.equal(carriedRevision(undefined, false), undefined)
  })

  test('is taken from what can be read', () => {
    for (const revision of [undefined, '1', 1.5, Number.NaN]) assert.equal(odd({ revision }), undefined)
    for (const changes of [{ time: 'yesterday' }, { time: 7 }, { restarts: 3 }, { restarts: null }])
      assert.deepEqual(odd(changes), { revision: 1 })
  })
})
