import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Allotment } from '../../src/resources/index.ts'
import { floorOf, neededLimit, neededRequest, type Shaped } from '../../src/sizing/program-needs.ts'
import type { RuntimeNeed } from '../../src/sizing/runtime.ts'

const MILLI = 1_000_000n
const said = ({ value, reasons }: Shaped<bigint | undefined>) => [value, ...reasons]

describe('a request', () => {
  const needed = (author: Allotment, learned: bigint, need: RuntimeNeed = {}) =>
    said(neededRequest('cpu', author, learned, need))

  test('is the learned value, rounded up to a whole grain', () => {
    assert.deepEqual(needed({ request: 9n * MILLI }, 2n * MILLI + 1n), [3n * MILLI])
  })

  test("is at least its author's if the heap follows it", () => {
    const author = { request: 5n * MILLI }
    assert.deepEqual(needed(author, 4n * MILLI, { follows: 'request' }), [5n * MILLI, 'HeldForHeap'])
    assert.deepEqual(needed(author, 5n * MILLI, { follows: 'request' }), [5n * MILLI])
    assert.deepEqual(needed(author, 6n * MILLI, { follows: 'request' }), [6n * MILLI])
    assert.deepEqual(needed({}, 4n * MILLI, { follows: 'request' }), [4n * MILLI])
    assert.deepEqual(needed(author, 4n * MILLI, { follows: 'limit' }), [4n * MILLI])
  })
})

describe('a limit', () => {
  const needed = (author: bigint | undefined, limit: bigint | undefined, need: RuntimeNeed, request = MILLI) =>
    said(neededLimit('cpu', { limit: author }, limit, request, need))

  test('is the wanted one if the program has no settings', () => {
    assert.deepEqual(needed(9n, 5n, {}), [5n])
    assert.deepEqual(needed(undefined, 5n, {}), [5n])
  })

  test('is not added if none is wanted', () => {
    assert.deepEqual(needed(undefined, undefined, { floor: 5n, follows: 'limit' }), [undefined])
    assert.deepEqual(needed(5n, undefined, { floor: 5n }), [undefined])
  })

  test('covers what the program is configured to use', () => {
    const floor = 2n * MILLI
    assert.deepEqual(needed(undefined, MILLI, { floor }), [floor, 'RaisedToHeap'])
    assert.deepEqual(needed(undefined, floor, { floor }), [floor])
    assert.deepEqual(needed(undefined, MILLI, { floor: floor - 1n }), [floor, 'RaisedToHeap'])
  })

  test("is raised for that at most to its author's, with exactly that value", () => {
    const author = 2n * MILLI + 1n
    assert.deepEqual(needed(author, MILLI, { floor: 9n * MILLI }), [author, 'RaisedToHeap'])
  })

  test("is its author's without a reason if that is wanted", () => {
    assert.deepEqual(needed(5n, 5n, { floor: 9n }), [5n])
    assert.deepEqual(needed(5n, 5n, { follows: 'limit' }, 4n), [5n])
  })

  test('that the heap follows only changes for a request that exceeds it', () => {
    const [author, wanted] = [4n * MILLI, 8n * MILLI]
    const need = { follows: 'limit' } as const
    assert.deepEqual(needed(author, wanted, need, author), [author, 'HeldForHeap'])
    assert.deepEqual(needed(author, wanted, need, author + 1n), [wanted])
    assert.deepEqual(needed(undefined, wanted, need), [undefined, 'HeldForHeap'])
    assert.deepEqual(needed(author, wanted, { follows: 'request' }, author), [wanted])
  })
})

test('the floor of a limit is what the program is configured to use, or its author’s limit if that is lower', () => {
  assert.equal(floorOf(undefined, { floor: 5n }), 5n)
  assert.equal(floorOf(4n, { floor: 5n }), 4n)
  assert.equal(floorOf(6n, { floor: 5n }), 5n)
  assert.equal(floorOf(6n, {}), 0n)
})
