// Whether a decision is worth writing on the Pod.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DECISION_ANNOTATION, MAX_RECORD_LENGTH, type ReasonCode } from '../../src/policy/index.ts'
import { conclude } from '../../src/sizing/conclude.ts'
import type { ContainerDecision } from '../../src/sizing/decision.ts'

const MILLI = 1_000_000n

/** Requests and limits of the CPU in milli-units. */
interface Cpu {
  readonly author: [bigint, bigint]
  readonly carried?: [bigint, bigint]
  readonly final?: [bigint, bigint]
  readonly reasons?: ReasonCode[]
}

function container(name: string, { author, carried = author, final = author, reasons = [] }: Cpu): ContainerDecision {
  const allotment = ([request, limit]: [bigint, bigint]) => ({ request: request * MILLI, limit: limit * MILLI })
  const cpu = { author: allotment(author), carried: allotment(carried), final: allotment(final), reasons }
  const memory = { author: {}, carried: {}, final: {}, reasons: [] }
  return {
    ...{ kind: 'container', list: 'containers', index: 0, name },
    resources: [
      { resource: 'cpu', ...cpu },
      { resource: 'memory', ...memory },
    ],
  }
}

const SAME = container('other', { author: [1n, 1n] })
const sized = (carried: [bigint, bigint], reasons: ReasonCode[] = []) =>
  container('app', { author: [4n, 8n], carried, final: [2n, 6n], reasons })

test('a decision that changes something is written, with the old values and the reasons', () => {
  const { outcome, reasons, record, annotation } = conclude(
    [SAME, sized([4n, 8n], ['CappedByLimit'])],
    7,
    {},
    undefined,
  )
  assert.deepEqual([outcome, reasons], ['patched', ['Applied']])
  const containers = { app: { cpu: { request: ['4m', '2m'], limit: ['8m', '6m'] } } }
  assert.deepEqual(record, {
    ...{ revision: 7, containers },
    ...{ kept: { 'other.cpu': '1m/1m' }, reasons: { 'app.cpu': ['CappedByLimit'] } },
  })
  assert.equal(annotation, JSON.stringify(record))
})

describe('a decision that changes nothing', () => {
  test('is not written', () => {
    const { outcome, reasons } = conclude([SAME], 7, {}, undefined)
    assert.deepEqual([outcome, reasons], ['skipped', ['NothingToChange']])
  })

  test('is written if an earlier record says something else', () => {
    const earlier = { revision: 6, containers: { other: {} }, reasons: {} }
    const { outcome, record } = conclude([SAME], 7, { [DECISION_ANNOTATION]: JSON.stringify(earlier) }, earlier)
    assert.deepEqual(
      [outcome, record],
      ['patched', { revision: 7, containers: {}, kept: { 'other.cpu': '1m/1m' }, reasons: {} }],
    )
  })
})

describe('a Pod that already has a record', () => {
  const containers = { app: { cpu: { request: ['4m', '2m'], limit: ['8m', '6m'] } } } as const
  const earlier = { revision: 7, containers, reasons: {} }
  const annotations = { [DECISION_ANNOTATION]: JSON.stringify(earlier) }
  const again = (containers: ContainerDecision[], revision = 7) => {
    const { outcome, reasons } = conclude(containers, revision, annotations, earlier)
    return [outcome, ...reasons].join(' ')
  }

  test('is left alone if the decision is the same, for any reasons', () => {
    assert.equal(again([sized([2n, 6n]), SAME]), 'skipped AlreadyApplied')
    assert.equal(again([sized([2n, 6n], ['CappedByLimit']), SAME]), 'skipped AlreadyApplied')
  })

  test('is patched if it does not have the decided values', () => {
    assert.equal(again([sized([3n, 6n]), SAME]), 'patched Applied')
    assert.equal(again([sized([2n, 7n]), SAME]), 'patched Applied')
  })

  test('is patched if another revision or other values are decided', () => {
    assert.equal(again([sized([2n, 6n]), SAME], 8), 'patched Applied')
    const unchanged = container('app', { author: [2n, 6n] })
    assert.equal(again([unchanged, SAME]), 'patched Applied')
  })

  test('is patched if its annotation is not a record', () => {
    const { outcome } = conclude([sized([2n, 6n])], 7, { [DECISION_ANNOTATION]: 'x' }, undefined)
    assert.equal(outcome, 'patched')
  })
})

test('annotations may have 256 KiB in total, keys and values together', () => {
  const own = conclude([sized([4n, 8n])], 7, {}, undefined).annotation!
  const left = 256 * 1024 - DECISION_ANNOTATION.length - own.length
  const outcome = (annotations: Record<string, string>) =>
    conclude([sized([4n, 8n])], 7, annotations, undefined).reasons
  // An é takes two bytes.
  assert.deepEqual(outcome({ é: 'x'.repeat(left - 2) }), ['Applied'])
  assert.deepEqual(outcome({ é: 'x'.repeat(left - 1) }), ['AnnotationsFull'])
  assert.deepEqual(outcome({ a: `é${'x'.repeat(left - 2)}` }), ['AnnotationsFull'])
  // The new record replaces the earlier one.
  assert.deepEqual(outcome({ [DECISION_ANNOTATION]: 'x'.repeat(left), a: 'x'.repeat(left - 1) }), ['Applied'])
})

test('a record has at most the length that readers accept', () => {
  const named = (length: number) => conclude([{ ...sized([4n, 8n]), name: 'n'.repeat(length) }], 7, {}, undefined)
  const rest = named(1).annotation!.length - 1
  assert.deepEqual(named(MAX_RECORD_LENGTH - rest).reasons, ['Applied'])
  assert.deepEqual(named(MAX_RECORD_LENGTH - rest + 1).reasons, ['AnnotationsFull'])
})
