import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RecommendationStatus, Rollback } from '../../src/api/index.ts'
import { parseQuantity, readResources } from '../../src/resources/index.ts'
import type { Pace } from '../../src/revisions/pace.ts'
import { propose, splitProposal } from '../../src/revisions/propose.ts'
import type { ReconcileInput } from '../../src/revisions/reconcile-input.ts'
import { ASKING, app, at, authored, input, killed, makeRevision, RULES } from './reconcile-input.ts'

const rollback = (count: number): Rollback => ({
  ...{ revision: 1, learned: 1, count, message: '' },
  ...{ time: '2026-03-01T00:00:00Z', until: '2026-03-02T00:00:00Z' },
})

describe('the proposed values', () => {
  const current = makeRevision(2, app('1', '1Gi'))
  const proposed = (status: RecommendationStatus, pace: Pace | undefined, changes: Partial<ReconcileInput> = {}) => {
    const { cpu, memory } = propose(current, status, input([], changes), RULES, pace).get('app')!
    return [cpu?.request, memory?.request]
  }
  const q = (...texts: string[]) => texts.map(parseQuantity)

  for (const [rollbacks, cpu, memory] of [
    [0, '500m', '512Mi'],
    [1, '750m', '768Mi'],
    [2, '875m', '896Mi'],
    [3, '875m', '896Mi'],
    [9, '875m', '896Mi'],
  ] as const)
    test(`takes away less at a time after ${rollbacks} rollbacks, but a quarter of the usual step at least`, () => {
      const status = {
        learned: makeRevision(3, app('100m', '100Mi')),
        ...(rollbacks > 0 && { rollback: rollback(rollbacks) }),
      }
      assert.deepEqual(proposed(status, 'due'), q(cpu, memory))
    })

  test('rise after a rollback by the same step as before', () => {
    assert.deepEqual(
      proposed({ learned: makeRevision(3, app('8', '8Gi')), rollback: rollback(2) }, 'due'),
      q('2', '2Gi'),
    )
  })

  test('are the applied ones if nothing may change, or nothing is learned', () => {
    assert.deepEqual(proposed({ learned: makeRevision(3, app('8', '8Gi')) }, undefined), q('1', '1Gi'))
    assert.deepEqual(proposed({}, 'due'), q('1', '1Gi'))
    const limited = makeRevision(2, app('1', '1Gi', '1Gi'))
    const learned = makeRevision(3, killed(app('1', '8Gi', '8Gi')))
    assert.equal(propose(limited, { learned }, input([]), RULES, undefined).get('app')!.memory!.request, q('1Gi')[0])
  })

  test('fit on the largest node, and have no evidence', () => {
    const status = { learned: makeRevision(3, killed(app('8', '8Gi'))) }
    const largestNode = { cpu: parseQuantity('1500m')! }
    assert.deepEqual(proposed(status, 'due', { largestNode }), q('1500m', '2Gi'))
    assert.equal(propose(current, status, input([]), RULES, 'due').get('app')!.evidence, undefined)
  })
})

describe('a raise after an OOM kill', () => {
  const author = authored({ cpu: '1', memory: '1Gi' }, { memory: '1Gi' })
  const learned = makeRevision(3, killed(app('1', '3Gi', '4Gi')))
  const split = (changes: Partial<ReconcileInput>, exempt: readonly 'oom'[] = ['oom']) =>
    splitProposal(
      ...([
        undefined,
        { learned },
        input(learned.containers, { author, criticality: 'critical', ...changes }),
      ] as const),
      ...([{ ...ASKING, approval: { ...ASKING.approval, exempt } }, 'protecting'] as const),
    )

  test('needs no approval, and is the reason for the revision', () => {
    const { granted, grants, asked } = split({})
    assert.deepEqual([granted.get('app')!.memory!.request, asked], [parseQuantity('3Gi'), undefined])
    assert.deepEqual([...grants], ['RaisedAfterOomKill'])
  })

  test('still counts if something else, such as the largest node, changed the value afterwards', () => {
    const { granted, grants, asked } = split({ largestNode: { memory: parseQuantity('2Gi')! } })
    const memory = granted.get('app')!.memory!
    assert.deepEqual([memory.request, memory.reasons], [parseQuantity('2Gi'), ['RaisedAfterOomKill', 'CappedAtNode']])
    assert.deepEqual([[...grants], asked], [['RaisedAfterOomKill'], undefined])
  })

  test('needs approval in mode approve, and if the settings say so', () => {
    for (const { granted, grants, asked } of [split({ mode: 'approve' }), split({}, [])]) {
      assert.deepEqual([granted.size, grants.size], [0, 0])
      assert.equal(asked?.get('app')?.memory?.request, parseQuantity('3Gi'))
    }
  })

  test('counts as approved if somebody had to approve it', () => {
    const approval = {
      ...{ revision: 3, approver: 'alice', expires: at(99).toISOString() },
      containers: [{ name: 'app', memory: { request: '3Gi', limit: '4Gi' } }],
    }
    assert.deepEqual([...split({ mode: 'approve', spec: { approval } }).grants], ['Approved'])
    assert.deepEqual([...split({ spec: { approval } }, []).grants], ['Approved'])
    assert.deepEqual([...split({ spec: { approval } }).grants], ['RaisedAfterOomKill'])
  })
})

test('granted values fit on the largest node while another container still keeps a value to be lowered', () => {
  const two = (a: string, b: string) => [
    { name: 'a', memory: { request: a, confidence: 1 } },
    { name: 'b', memory: { request: b, confidence: 0 } },
  ]
  const written = ['1Gi', '4Gi'].map((memory, i) => ['ab'[i]!, readResources({ requests: { memory } })] as const)
  const given = input(two('2Gi', '3Gi'), {
    author: new Map(written),
    shape: { slots: [...'ab'].map((name) => ({ name, kind: 'container' })), overhead: { cpu: 0n, memory: 0n } },
    largestNode: { memory: parseQuantity('5Gi')! },
  })
  const status = { learned: makeRevision(3, two('2Gi', '3Gi')) }
  const { granted, asked } = splitProposal(makeRevision(2, two('1Gi', '4Gi')), status, given, ASKING, 'due')
  const requests = (values: typeof granted | undefined) => [...values!.values()].map(({ memory }) => memory!.request)
  assert.deepEqual(requests(granted), [parseQuantity('1Gi'), parseQuantity('4Gi')])
  assert.deepEqual(requests(asked), [parseQuantity('2Gi'), parseQuantity('3Gi')])
})

test('values that are applied without approval are the learned ones', () => {
  const learned = makeRevision(3, app('2', '1Gi'))
  const { grants } = splitProposal(undefined, { learned }, input(learned.containers), RULES, 'due')
  assert.deepEqual([...grants], ['Learned'])
})
