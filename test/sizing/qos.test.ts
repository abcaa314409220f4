import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Draft } from '../../src/sizing/draft.ts'
import { keepQosClass } from '../../src/sizing/qos.ts'

const MILLI = 1_000_000n
const MEBIBYTE = 2n ** 20n * 1_000_000_000n
const AUTHOR = { request: 1n, limit: 9n }

function draft(resource: Draft['resource'], value: bigint | undefined, least = 0n): Draft {
  const values = value === undefined ? undefined : { request: value, limit: value }
  return { resource, author: AUTHOR, values, reasons: ['CappedByLimit'], least }
}

describe('a Pod that was not Guaranteed', () => {
  const kept = (cpu: Draft, memory: Draft) =>
    keepQosClass('Burstable', [[cpu, memory]])[0]!.map(({ values, reasons }) => [values?.request, ...reasons])

  test('has one request a grain below its limit if it would become Guaranteed', () => {
    assert.deepEqual(kept(draft('cpu', 2n * MILLI), draft('memory', MEBIBYTE)), [
      [MILLI, 'CappedByLimit', 'QosClassKept'],
      [MEBIBYTE, 'CappedByLimit'],
    ])
  })

  test("returns to its author's values if no request can be a grain lower", () => {
    for (const cpu of [draft('cpu', 2n * MILLI, 2n * MILLI), draft('cpu', MILLI)])
      assert.deepEqual(kept(cpu, draft('memory', 2n * MEBIBYTE)), [
        [undefined, 'QosClassKept'],
        [2n * MEBIBYTE, 'CappedByLimit'],
      ])
  })

  test("has a grain less elsewhere if its author's value also equals its limit", () => {
    const cpu = { ...draft('cpu', MILLI), author: { request: 9n, limit: 9n } }
    assert.deepEqual(kept(cpu, draft('memory', 2n * MEBIBYTE)), [
      [undefined, 'QosClassKept'],
      [MEBIBYTE, 'CappedByLimit', 'QosClassKept'],
    ])
  })

  test('may have exactly the minimum', () => {
    const [cpu] = kept(draft('cpu', 2n * MILLI, MILLI), draft('memory', MEBIBYTE))
    assert.deepEqual(cpu, [MILLI, 'CappedByLimit', 'QosClassKept'])
  })

  test('is not changed further if it does not become Guaranteed', () => {
    const [cpu, memory] = [draft('cpu', 2n * MILLI), draft('memory', undefined)]
    assert.deepEqual(keepQosClass('Burstable', [[cpu, memory]]), [[cpu, memory]])
  })
})

test('a Guaranteed Pod is not changed further', () => {
  const drafts = [[draft('cpu', 2n * MILLI), draft('memory', MEBIBYTE)]]
  assert.deepEqual(keepQosClass('Guaranteed', drafts), drafts)
})
