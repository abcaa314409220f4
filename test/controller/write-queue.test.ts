import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  Allowance,
  PURPOSES,
  type Purpose,
  WRITE_BUDGETS,
  type WriteBudget,
} from '../../src/controller/write-budgets.ts'
import { type PendingWrite, WriteQueue } from '../../src/controller/write-queue.ts'

const SECOND = 1000

function write(key: string, options: Partial<PendingWrite> = {}): PendingWrite {
  const [namespace = ''] = key.split('/')
  return {
    ...{ purpose: 'status', key, namespace, requests: 1, content: 'as it is', about: {} },
    run: async () => true,
    ...options,
  }
}

function writes(namespace: string, count: number, options: Partial<PendingWrite> = {}): PendingWrite[] {
  return Array.from({ length: count }, (_, i) => write(`${namespace}/${i}`, options))
}

/** The keys of the next writes, each of which succeeds at once. */
function take(queue: WriteQueue, count: number, now = 0): string[] {
  return Array.from({ length: count }, () => {
    const next = queue.next(now)
    if (next) queue.succeeded(next, now)
    return next?.key ?? 'none'
  })
}

/** Budgets of one purpose each; the others have none. */
function budgets(some: Partial<Record<Purpose, WriteBudget>>): Record<Purpose, WriteBudget> {
  const none = { perSecond: 0, burst: 0, mayBorrow: false }
  return Object.fromEntries(PURPOSES.map((purpose) => [purpose, some[purpose] ?? none])) as Record<Purpose, WriteBudget>
}

describe('within a purpose', () => {
  test('namespaces take turns, so that a noisy one cannot starve a quiet one', () => {
    const queue = new WriteQueue()
    queue.offer(['status'], [...writes('noisy', 1000), ...writes('quiet', 2), ...writes('calm', 1)], 0)
    assert.deepEqual(take(queue, 6), ['noisy/0', 'quiet/0', 'calm/0', 'noisy/1', 'quiet/1', 'noisy/2'])
  })

  test('turns continue where they were when the same namespaces are offered again', () => {
    const queue = new WriteQueue()
    const all = [...writes('a', 3), ...writes('b', 3)]
    queue.offer(['status'], all, 0)
    assert.deepEqual(take(queue, 1), ['a/0'])
    queue.offer(['status'], all.slice(1), SECOND)
    assert.deepEqual(take(queue, 2, SECOND), ['b/0', 'a/1'])
  })

  test('what has waited longest comes first, also when it is offered again last', () => {
    const queue = new WriteQueue()
    queue.offer(['status'], [write('a/old')], 0)
    queue.offer(['status'], [write('a/new'), write('a/old')], SECOND)
    assert.deepEqual(take(queue, 2, SECOND), ['a/old', 'a/new'])
  })

  test('what failed goes behind, and waits twice as long each time', () => {
    const queue = new WriteQueue()
    queue.offer(['status'], [write('a/bad'), write('a/good')], 0)
    const bad = queue.next(0)!
    queue.failed(bad, 0, false)
    assert.deepEqual(take(queue, 2), ['a/good', 'none'])
    let now = 0
    for (const seconds of [5, 10, 20, 40, 80, 160, 300, 300]) {
      now += seconds * SECOND - 1
      assert.equal(queue.next(now), undefined, `not before ${seconds} s`)
      now += 1
      assert.equal(queue.next(now)?.key, 'a/bad')
      queue.failed(bad, now, false)
    }
  })

  test('what failed comes after what was there before its last failure', () => {
    const queue = new WriteQueue()
    queue.offer(['status'], [write('a/bad')], 0)
    const bad = queue.next(0)!
    queue.offer(['status'], [write('a/bad'), write('a/new')], 2 * SECOND)
    queue.failed(bad, 3 * SECOND, false)
    assert.deepEqual(take(queue, 2, 60 * SECOND), ['a/new', 'a/bad'])
  })

  test('what fails while it is offered again waits all the same', () => {
    const queue = new WriteQueue()
    queue.offer(['status'], [write('a/bad')], 0)
    const bad = queue.next(0)!
    queue.offer(['status'], [write('a/bad')], 0)
    queue.failed(bad, 0, false)
    assert.deepEqual(take(queue, 1, 4 * SECOND), ['none'])
    assert.deepEqual(take(queue, 2, 5 * SECOND), ['a/bad', 'none'])
  })

  test('the failures of a workload count for its urgent writes as well, until one succeeds', () => {
    const queue = new WriteQueue()
    queue.offer(['urgent', 'status'], [write('a/1')], 0)
    queue.failed(queue.next(0)!, 0, false)
    queue.offer(['urgent', 'status'], [write('a/1', { purpose: 'urgent' })], SECOND)
    assert.deepEqual(take(queue, 1, SECOND), ['none'])
    assert.deepEqual(take(queue, 1, 5 * SECOND), ['a/1'])
    queue.offer(['urgent', 'status'], [write('a/1')], 6 * SECOND)
    assert.deepEqual(take(queue, 1, 6 * SECOND), ['a/1'])
  })

  test('what was refused waits until it would write something else', () => {
    const queue = new WriteQueue()
    queue.offer(['status'], [write('a/1')], 0)
    queue.failed(queue.next(0)!, 0, true)
    const later = 3_600 * SECOND
    queue.offer(['status'], [write('a/1')], later)
    assert.deepEqual([queue.waiting('status'), ...take(queue, 1, later)], [0, 'none'])
    queue.offer(['status'], [write('a/1', { content: 'as it should be' })], later)
    assert.deepEqual(take(queue, 1, later), ['a/1'])
  })

  test('what is refused while the same is offered again is not written again', () => {
    const queue = new WriteQueue()
    queue.offer(['status'], [write('a/1'), write('a/2')], 0)
    const [one, two] = [queue.next(0)!, queue.next(0)!]
    queue.offer(['status'], [write('a/1'), write('a/2', { content: 'as it should be' })], 0)
    queue.failed(one, 0, true)
    queue.failed(two, 0, true)
    assert.deepEqual(take(queue, 2, 3_600 * SECOND), ['a/2', 'none'])
  })

  test('what is no longer offered is neither written nor remembered', () => {
    const queue = new WriteQueue()
    queue.offer(['status'], writes('a', 2), 0)
    queue.failed(queue.next(0)!, 0, true)
    const inFlight = queue.next(0)!
    queue.offer(['status'], [], 0)
    queue.failed(inFlight, 0, false)
    assert.deepEqual(take(queue, 1, 3_600 * SECOND), ['none'])
    queue.offer(['status'], writes('a', 2), 0)
    assert.deepEqual(take(queue, 2), ['a/0', 'a/1'])
  })

  test('95 writes that always fail do not keep one of another namespace from being written', () => {
    const queue = new WriteQueue()
    const all = [...writes('noise', 95), write('shop/web')]
    const written: string[] = []
    for (let turn = 0; turn < 3; turn++) {
      const now = turn * 60 * SECOND
      queue.offer(['status'], all, now)
      for (let i = 0; i < 90; i++) {
        const next = queue.next(now)
        if (next?.namespace === 'noise') queue.failed(next, now, false)
        else if (next) written.push(next.key)
      }
    }
    assert.ok(written.includes('shop/web'))
  })
})

describe('between purposes', () => {
  test('urgent writes come first, but leave every other purpose its budget', () => {
    const queue = new WriteQueue()
    queue.offer(['urgent', 'status'], [...writes('s', 500), ...writes('u', 500, { purpose: 'urgent' })], 0)
    queue.offer(['checkpoint'], writes('c', 500, { purpose: 'checkpoint' }), 0)
    queue.offer(['condition'], writes('p', 500, { purpose: 'condition' }), 0)
    queue.offer(['deletion'], writes('d', 500, { purpose: 'deletion' }), 0)
    const burst = take(queue, 30)
    assert.deepEqual(
      burst.slice(0, 10),
      Array.from({ length: 10 }, (_, i) => `u/${i}`),
    )
    // 100 s at the rate that the client grants beside Events: 4 a second.
    const counts: Record<string, number> = {}
    for (let i = 0; i < 400; i++) {
      const [kind = ''] = take(queue, 1, i * 250)[0]!.split('/')
      counts[kind] = (counts[kind] ?? 0) + 1
    }
    for (const [kind, purpose] of [
      ['u', 'urgent'],
      ['s', 'status'],
      ['p', 'condition'],
      ['c', 'checkpoint'],
      ['d', 'deletion'],
    ] as const) {
      const owed = WRITE_BUDGETS[purpose].perSecond * 100
      assert.ok(counts[kind]! >= owed - 2, `${purpose}: ${counts[kind]} of ${owed}`)
    }
  })

  test('what a purpose leaves goes to those that may borrow, urgent ones first, and to no others', () => {
    const small = { perSecond: 1, burst: 1, mayBorrow: true }
    const queue = new WriteQueue(budgets({ urgent: small, status: small, checkpoint: { ...small, mayBorrow: false } }))
    queue.offer(['urgent', 'status'], [...writes('s', 3), ...writes('u', 3, { purpose: 'urgent' })], 0)
    queue.offer(['checkpoint'], writes('c', 3, { purpose: 'checkpoint' }), 0)
    assert.deepEqual(take(queue, 8), ['u/0', 's/0', 'c/0', 'u/1', 'u/2', 's/1', 's/2', 'none'])
    assert.deepEqual(take(queue, 2, SECOND), ['c/1', 'none'])
  })

  test('a write of two requests takes two from its budget; one that was not needed takes none', () => {
    const queue = new WriteQueue(budgets({ checkpoint: { perSecond: 1, burst: 2, mayBorrow: false } }))
    queue.offer(['checkpoint'], writes('c', 3, { purpose: 'checkpoint', requests: 2 }), 0)
    const first = queue.next(0)!
    assert.equal(queue.next(0), undefined)
    queue.unneeded(first, 0)
    assert.deepEqual(take(queue, 2), ['c/1', 'none'])
    assert.deepEqual(take(queue, 1, SECOND), ['c/2'])
    assert.equal(queue.waiting('checkpoint'), 0)
  })

  test('what was borrowed and not needed is given back to nobody', () => {
    const queue = new WriteQueue(
      budgets({
        urgent: { perSecond: 0, burst: 0, mayBorrow: true },
        status: { perSecond: 0, burst: 1, mayBorrow: true },
      }),
    )
    queue.offer(['status'], writes('s', 3), 0)
    take(queue, 1)
    queue.unneeded(queue.next(0)!, 0)
    queue.offer(['urgent'], writes('u', 1, { purpose: 'urgent' }), 0)
    assert.deepEqual(take(queue, 2), ['u/0', 's/2'])
  })

  test('all budgets together, with that of Events, are the 5 writes a second of the whole', () => {
    const eventsPerSecond = 1
    const sum = PURPOSES.reduce((total, purpose) => total + WRITE_BUDGETS[purpose].perSecond, eventsPerSecond)
    assert.equal(sum, 5)
  })
})

test('an allowance grows to its burst and no further, and owes what was overspent', () => {
  const allowance = new Allowance({ perSecond: 1, burst: 2, mayBorrow: false })
  assert.ok(allowance.has(0))
  allowance.spend(4)
  assert.equal(allowance.has(2 * SECOND), false)
  assert.ok(allowance.has(3 * SECOND))
  assert.ok(allowance.has(1_000 * SECOND))
  allowance.spend(2)
  assert.equal(allowance.has(1_000 * SECOND), false)
})
