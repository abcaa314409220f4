import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  cpuQuantity,
  formatQuantity,
  memoryQuantity,
  parseQuantity,
  type ResourceName,
  roundDownToGrain,
  roundUpToGrain,
  toNumber,
} from '../../src/resources/index.ts'
import { nanos, runs, spellings } from '../support/arbitraries.ts'

interface Verdict {
  text: string
  nanos?: string
  canonical?: string
  error?: true
}

const verdicts: Verdict[] = JSON.parse(
  readFileSync(new URL('../fixtures/quantities/apimachinery.json', import.meta.url), 'utf8'),
)
const CAP = (2n ** 63n - 1n) * 10n ** 9n
const resource = fc.constantFrom<ResourceName>('cpu', 'memory')

describe('a quantity', () => {
  test('is read as apimachinery reads it, in every spelling, and refused where it refuses', () => {
    for (const { text, nanos, error } of verdicts) {
      const read = parseQuantity(text)
      if (error) assert.equal(read, undefined, text)
      else if (BigInt(nanos!) > CAP) assert.equal(read, CAP, text)
      else assert.equal(read, BigInt(nanos!), text)
    }
  })

  test('is written as apimachinery writes it', () => {
    for (const { text, nanos, canonical } of verdicts) {
      if (canonical === undefined || BigInt(nanos!) > CAP || BigInt(nanos!) < 0n || /e/i.test(canonical)) continue
      const family = canonical.endsWith('i') ? 'memory' : text.endsWith('i') ? undefined : 'cpu'
      if (family) assert.equal(formatQuantity(family, BigInt(nanos!)), canonical, text)
    }
  })

  test('means the same in each of its spellings', () => {
    fc.assert(
      fc.property(
        resource.chain((r) => fc.tuple(fc.constant(r), nanos(r))),
        ([r, value]) => {
          for (const spelling of spellings(r, value)) assert.equal(parseQuantity(spelling), value)
        },
      ),
      { numRuns: runs(500) },
    )
  })

  test('may come from YAML as a number', () => {
    assert.equal(parseQuantity(2), 2_000_000_000n)
    assert.equal(parseQuantity(0.25), 250_000_000n)
    assert.equal(parseQuantity(1e21), CAP)
    assert.equal(parseQuantity(Number.NaN), undefined)
  })

  test('is not read from anything else, nor from text of any length', () => {
    for (const odd of [null, undefined, true, {}, [], ['1'], '1'.repeat(65), '1e9999'])
      assert.equal(parseQuantity(odd), undefined)
  })

  test('of memory that is finer than a byte loses nothing in writing', () => {
    assert.equal(formatQuantity('memory', 250_000_000n), '250m')
  })
})

describe('numbers of the learner', () => {
  test('become quantities, rounded up to a millicore or a mebibyte, without floating-point dust', () => {
    assert.equal(cpuQuantity(0.1 + 0.2), '300m')
    assert.equal(cpuQuantity(0.3001), '301m')
    assert.equal(cpuQuantity(0), '1m')
    assert.equal(cpuQuantity(2), '2')
    assert.equal(memoryQuantity(100 * 2 ** 20), '100Mi')
    assert.equal(memoryQuantity(100 * 2 ** 20 + 1), '101Mi')
    assert.equal(memoryQuantity(3 * 2 ** 30), '3Gi')
    assert.equal(memoryQuantity(0), '1Mi')
  })

  test('that are no numbers are refused', () => {
    for (const odd of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      assert.throws(() => cpuQuantity(odd), RangeError)
      assert.throws(() => memoryQuantity(odd), RangeError)
    }
  })

  test('come back from nano-units', () => {
    assert.equal(toNumber(parseQuantity('1500m')!), 1.5)
    assert.equal(toNumber(parseQuantity('1Gi')!), 2 ** 30)
  })

  test('are between their roundings to a grain', () => {
    fc.assert(
      fc.property(resource, fc.bigInt(0n, CAP), (r, value) => {
        const [down, up] = [roundDownToGrain(r, value), roundUpToGrain(r, value)]
        assert.ok(down <= value && value <= up)
        assert.equal(roundUpToGrain(r, down), down)
        assert.equal(roundDownToGrain(r, up), up)
      }),
    )
  })
})
