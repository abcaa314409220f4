import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConstraintsIndex, type Placed } from '../../src/sizing/constraints-index.ts'
import { type LimitRules, NO_LIMIT_RULES } from '../../src/sizing/limit-range.ts'
import type { Quota } from '../../src/sizing/quota.ts'

const quota = (left: bigint): Quota => ({ left: { 'limits.cpu': left }, scopes: [] })
const placed = <T>(name: string, value: T, namespace = 'shop'): Placed<T> => ({ namespace, name, value })
const most = (max: bigint): LimitRules => ({ container: {}, pod: { cpu: { max } } })

describe('the constraints of a namespace', () => {
  const quotasOf = (index: ConstraintsIndex, namespace = 'shop') =>
    index.of(namespace).quotas.map(({ left }) => left['limits.cpu'])

  test('are empty without a LimitRange and a ResourceQuota', () => {
    assert.deepEqual(new ConstraintsIndex().of('shop'), { limits: NO_LIMIT_RULES, quotas: [] })
  })

  test('contain all of its ResourceQuotas, and none of another namespace', () => {
    const index = new ConstraintsIndex()
    index.quotas.replace([placed('a', quota(1n)), placed('b', quota(2n)), placed('a', quota(3n), 'bank')])
    index.quotas.put(placed('c', quota(4n)))
    index.quotas.put(placed('a', quota(5n), 'farm'))
    assert.deepEqual([quotasOf(index), quotasOf(index, 'bank'), quotasOf(index, 'farm')], [[1n, 2n, 4n], [3n], [5n]])
  })

  test('combine the strictest rules of all of its LimitRanges', () => {
    const index = new ConstraintsIndex()
    index.limitRanges.replace([placed('a', most(9n)), placed('b', most(7n))])
    assert.deepEqual(index.of('shop').limits, most(7n))
    index.limitRanges.put(placed('c', most(5n)))
    assert.deepEqual(index.of('shop').limits, most(5n))
  })

  test('change with a change, and only for that object', () => {
    const index = new ConstraintsIndex()
    index.quotas.replace([placed('a', quota(1n)), placed('b', quota(2n))])
    index.quotas.put(placed('a', quota(3n)))
    assert.deepEqual(quotasOf(index), [3n, 2n])
    index.quotas.delete({ namespace: 'shop', name: 'a' })
    assert.deepEqual(quotasOf(index), [2n])
    // An object that never existed.
    index.quotas.delete({ namespace: 'shop', name: 'a' })
    index.quotas.delete({ namespace: 'bank', name: 'a' })
    assert.deepEqual(quotasOf(index), [2n])
    index.quotas.delete({ namespace: 'shop', name: 'b' })
    assert.deepEqual(quotasOf(index), [])
    index.quotas.put(placed('c', quota(4n)))
    assert.deepEqual(quotasOf(index), [4n])
  })

  test('drop objects that a new list does not contain', () => {
    const index = new ConstraintsIndex()
    index.quotas.replace([placed('a', quota(1n)), placed('a', quota(2n), 'bank')])
    index.quotas.replace([placed('b', quota(3n))])
    assert.deepEqual([quotasOf(index), quotasOf(index, 'bank')], [[3n], []])
    index.quotas.put(placed('c', quota(4n)))
    assert.deepEqual(quotasOf(index), [3n, 4n])
  })

  test('are merged when they are read, not at each change', () => {
    const index = new ConstraintsIndex()
    let reads = 0
    const counted: LimitRules = {
      get container() {
        reads++
        return {}
      },
      pod: {},
    }
    for (let i = 0; i < 100; i++) index.limitRanges.put(placed(`range-${i}`, counted))
    assert.equal(reads, 0)
    index.of('shop')
    const once = reads
    assert.ok(once >= 100)
    index.of('shop')
    assert.equal(reads, once)
  })
})
