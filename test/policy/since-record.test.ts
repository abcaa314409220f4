import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type DecisionRecord, keptBeside, sinceRecord } from '../../src/policy/index.ts'
import { type Allotment, parseQuantity } from '../../src/resources/index.ts'

/** `request/limit`; a dash is none. */
const values = (text: string): Allotment => {
  const [request, limit] = text.split('/').map((one) => (one === '-' ? undefined : parseQuantity(one)))
  return { request, limit }
}

const change = { request: ['1', '500m'] } as const
const record = (more: object): DecisionRecord => ({ revision: 1, containers: {}, kept: {}, reasons: {}, ...more })
const cpu = (carried: string, of: DecisionRecord) => {
  const { author, isChanged, ours } = sinceRecord(values(carried), of, 'app', 'cpu')
  return { author, isChanged, ours }
}

describe('what happened to a resource since its record was written', () => {
  test('an unchanged resource has its author’s values', () => {
    const alone = record({ containers: { app: { cpu: change } } })
    assert.deepEqual(cpu('500m/-', alone), { author: values('1/-'), isChanged: false, ours: change })
    const beside = record({ containers: { app: { cpu: change } }, kept: { 'app.cpu': '/2' } })
    assert.deepEqual(cpu('500m/2', beside), { author: values('1/2'), isChanged: false, ours: change })
    assert.deepEqual(cpu('250m/-', record({ kept: { 'app.cpu': '250m/' } })), {
      ...{ author: values('250m/-'), isChanged: false, ours: undefined },
    })
  })

  for (const [what, carried, of, ours] of [
    ['another request', '2/-', record({ containers: { app: { cpu: change } } }), undefined],
    ['a limit that was added', '500m/500m', record({ containers: { app: { cpu: change } } }), change],
    [
      'a limit that was changed',
      '500m/4',
      record({ containers: { app: { cpu: change } }, kept: { 'app.cpu': '/2' } }),
      change,
    ],
    [
      'a limit that was removed',
      '500m/-',
      record({ containers: { app: { cpu: change } }, kept: { 'app.cpu': '/2' } }),
      change,
    ],
    ['a value that Plimsoll had left as it was', '300m/-', record({ kept: { 'app.cpu': '250m/' } }), undefined],
    ['a value where there was none', '300m/-', record({ reasons: { 'app.cpu': ['NotInAppliedRevision'] } }), undefined],
    [
      'what was seen to be changed before',
      '500m/-',
      record({ reasons: { 'app.cpu': ['ChangedAfterPlimsoll'] } }),
      undefined,
    ],
  ] as const) {
    test(`${what} is somebody's decision`, () => {
      assert.deepEqual(cpu(carried, of), { author: values(carried), isChanged: true, ours })
    })
  }

  test('a container that was added later is not changed', () => {
    assert.equal(
      cpu('2/2', record({ containers: { other: { cpu: change } }, kept: { 'other.memory': '1Gi/' } })).isChanged,
      false,
    )
  })

  test('a record of an earlier version has no unchanged values', () => {
    const { kept: _, ...old } = record({ containers: { app: { cpu: change } } })
    assert.deepEqual(cpu('500m/2', old), { author: values('1/2'), isChanged: false, ours: change })
    assert.equal(cpu('2/2', old).isChanged, true)
  })

  test('a forged record is read without an error', () => {
    for (const kept of [7, [], { 'app.cpu': 7 }, { 'app.cpu': 'many/few' }, { 'app.cpu': '' }])
      for (const reasons of [7, { 'app.cpu': 7 }, { 'app.cpu': [7] }])
        assert.ok(cpu('2/2', record({ kept, reasons } as never)))
    assert.equal(sinceRecord('invalid', record({}), 'app', 'cpu').isChanged, false)
    assert.equal(sinceRecord(values('1/1'), undefined, 'constructor', 'cpu').isChanged, false)
  })
})

test('unchanged values are written as request and limit', () => {
  assert.equal(keptBeside('cpu', values('500m/2'), change), '/2')
  assert.equal(keptBeside('cpu', values('500m/2'), undefined), '500m/2')
  assert.equal(keptBeside('cpu', values('500m/-'), change), undefined)
  assert.equal(keptBeside('memory', values('-/-'), undefined), undefined)
})
