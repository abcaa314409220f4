import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { bytesOfJson, isSameJson } from '../../src/webhook/same-json.ts'

describe('two values from JSON are equal', () => {
  test('if their texts are equal', () => {
    // Few texts, so that many pairs are equal or nearly equal.
    const leaf = fc.constantFrom<unknown>(null, true, false, 0, 1, '', 'a', '1')
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', '0'), tie('value'), { noNullPrototype: true }),
      ),
    }))
    fc.assert(
      fc.property(value, value, (a, b) => {
        assert.equal(isSameJson(a, b), JSON.stringify(a) === JSON.stringify(b))
        assert.ok(isSameJson(a, structuredClone(a)))
      }),
      { numRuns: 2_000 },
    )
  })

  const different: readonly (readonly [a: unknown, b: unknown])[] = [
    [[], {}],
    [{}, []],
    [['a'], { 0: 'a' }],
    [null, {}],
    [{ a: undefined }, {}],
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    // A number that is too large for JSON.stringify still differs from null.
    [Number.POSITIVE_INFINITY, null],
    [JSON.parse('{"__proto__":1}'), {}],
  ]
  for (const [a, b] of different)
    test(`and ${JSON.stringify(a)} is not ${JSON.stringify(b)}`, () => {
      assert.equal(isSameJson(a, b), false)
      assert.equal(isSameJson({ x: [a] }, { x: [b] }), false)
    })
})

test('the memory of a value increases with its texts and its number of values', () => {
  assert.ok(bytesOfJson('x'.repeat(1_000)) >= 2_000)
  assert.ok(bytesOfJson({ ['x'.repeat(1_000)]: 1 }) >= 2_000)
  assert.ok(bytesOfJson(Array.from({ length: 1_000 }, () => null)) >= 32_000)
  assert.ok(bytesOfJson({ a: { b: ['x'.repeat(1_000)] } }) >= 2_000)
  assert.ok(bytesOfJson(undefined) > 0)
})
