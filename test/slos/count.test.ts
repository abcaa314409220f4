import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { countRequests } from '../../src/slos/count.ts'
import type { Counted } from '../../src/slos/parts.ts'
import { type Row, RowIndex } from '../../src/slos/rows.ts'
import { ANYWHERE, type SloSource, type Where } from '../../src/slos/source.ts'

const OBJECTIVE = { name: 'web', kind: 'latency', budget: 0.05, windowSeconds: 3600, text: '' } as const
const WEB = { key: 'shop/Deployment/web', name: 'web' }
const WHERE: Where = { matchers: [], namespaceLabels: ['namespace'], podLabel: 'pod' }
const PODS = {
  namespace: 'shop',
  workloadOf: (pod: string) => (pod.startsWith('web-') ? WEB.key : pod.startsWith('api-') ? 'api' : undefined),
}

const row = (labels: Record<string, string>, value: number): Row => ({
  labels: { namespace: 'shop', pod: 'web-1', ...labels },
  value,
})

function count(source: SloSource, counted: readonly Counted[], parts: Record<string, readonly Row[]>, where = WHERE) {
  const index = new Map(Object.entries(parts).map(([key, rows]) => [key, new RowIndex(rows, where, PODS)]))
  return countRequests({ objective: OBJECTIVE, source } as never, counted, (key) => index.get(key), WEB)
}

describe('requests in classic buckets', () => {
  const source: SloSource = { kind: 'histogram', metrics: [], belowSeconds: 0.25, where: WHERE }
  const counted: Counted = { kind: 'buckets', metric: 'm', part: 'p', threshold: 0.25, unit: 'seconds' }
  const of = (rows: readonly Row[], changes: Partial<typeof counted> = {}) =>
    count(source, [{ ...counted, ...changes } as Counted], { p: rows })
  const buckets = (edges: Record<string, number>, labels = {}) =>
    Object.entries(edges).map(([le, value]) => row({ le, ...labels }, value))

  test('are bad beyond the edge at the threshold, and those of Pods add up', () => {
    const found = of([
      ...buckets({ 0.1: 50, 0.25: 80, 0.5: 95, '+Inf': 100 }),
      ...buckets({ 0.1: 5, 0.25: 8, '+Inf': 10 }, { pod: 'web-2' }),
      ...buckets({ 0.25: 0, '+Inf': 1000 }, { pod: 'api-1' }),
    ])
    assert.ok(found.kind === 'counted')
    assert.deepEqual([found.all, found.notes], [{ bad: 22, total: 110 }, []])
    assert.deepEqual(
      [...found.byPod!],
      [
        ['web-1', { bad: 20, total: 100 }],
        ['web-2', { bad: 2, total: 10 }],
      ],
    )
  })

  test('are counted from the next lower edge where there is none at the threshold, and that is said', () => {
    const found = of(buckets({ 0.1: 50, 0.5: 95, '+Inf': 100 }))
    assert.ok(found.kind === 'counted')
    assert.deepEqual(found.all, { bad: 50, total: 100 })
    assert.deepEqual(found.notes, ['rounded down to 100 ms, the next lower bucket edge of m: it has none at 250 ms'])
    const milliseconds = of(buckets({ 100: 50, 500: 95, '+Inf': 100 }), { threshold: 250, unit: 'milliseconds' })
    assert.deepEqual(milliseconds.kind === 'counted' && milliseconds.notes, found.notes)
  })

  test('are not counted without a lower edge, without the number of all, or with a number that is none', () => {
    const higher = of(buckets({ 0.5: 95, '+Inf': 100 }))
    assert.ok(higher.kind === 'unusable' && higher.mayHaveOtherEdges)
    assert.match(higher.why, /^m has no bucket with an edge at 250 ms or below/)
    const all = of(buckets({ 0.25: 95 }))
    assert.deepEqual(all, { kind: 'unusable', why: 'm has no bucket le="+Inf"' })
    assert.deepEqual(of(buckets({ 0.25: Number.NaN, '+Inf': 100 })), { kind: 'notANumber' })
    assert.deepEqual(of([]), { kind: 'none' })
  })

  test('add up over spellings of an edge, and are never fewer than none', () => {
    const found = of(buckets({ '0.25': 30, '0.250': 40, '+Inf': 100, '': 5 }))
    assert.deepEqual(found.kind === 'counted' && found.all, { bad: 30, total: 100 })
    const noise = of(buckets({ 0.25: 100.1, '+Inf': 100 }))
    assert.deepEqual(noise.kind === 'counted' && noise.all, { bad: 0, total: 100 })
  })
})

describe('requests in native histograms', () => {
  const source: SloSource = { kind: 'histogram', metrics: [], belowSeconds: 0.25, where: WHERE }
  const counted: Counted = { kind: 'native', metric: 'm', count: 'c', below: 'b', unit: 'seconds' }
  const of = (c: readonly Row[], b: readonly Row[]) => count(source, [counted], { c, b })

  test('are bad by the share of each series that is above the threshold', () => {
    const found = of(
      [row({}, 100), row({ le: 'x' }, 300), row({ pod: 'web-2' }, 10)],
      [row({}, 0.9), row({ le: 'x' }, 0.5), row({ pod: 'web-2' }, 1)],
    )
    assert.ok(found.kind === 'counted')
    assert.ok(Math.abs(found.all.bad - 160) < 1e-9)
    assert.equal(found.all.total, 410)
  })

  test('are none where there were none, whose share is no number', () => {
    const found = of([row({}, 0)], [row({}, Number.NaN)])
    assert.deepEqual(found.kind === 'counted' && found.all, { bad: 0, total: 0 })
    const some = of([row({}, 0), row({ le: 'x' }, 10)], [row({}, Number.NaN), row({ le: 'x' }, 0.5)])
    assert.deepEqual(some.kind === 'counted' && some.all, { bad: 5, total: 10 })
  })

  test('are not counted where a share is missing, or is none', () => {
    for (const shares of [[], [row({}, Number.NaN)], [row({}, 1.2)], [row({}, -0.1)], [row({ le: 'x' }, 0.5)]])
      assert.deepEqual(of([row({}, 10)], shares), { kind: 'notANumber' })
    assert.deepEqual(of([row({}, Number.NaN)], [row({}, 0.5)]), { kind: 'notANumber' })
    assert.deepEqual(of([], [row({}, 0.5)]), { kind: 'none' })
  })
})

describe('requests by status', () => {
  const source: SloSource = {
    kind: 'statuses',
    metrics: ['m'],
    labels: ['code', 'status'],
    status: 'http',
    where: WHERE,
  }
  const counted: Counted = { kind: 'statuses', metric: 'm', part: 'p' }

  test('are bad if they failed at the server, by the first label that has a status', () => {
    const found = count(source, [counted], {
      p: [row({ code: '200' }, 90), row({ code: '503', status: '200' }, 6), row({ status: '404' }, 4)],
    })
    assert.deepEqual(found.kind === 'counted' && found.all, { bad: 6, total: 100 })
  })

  test('are not counted without a status, or with a number that is none', () => {
    const without = count(source, [counted], { p: [row({}, 10)] })
    assert.deepEqual(without, {
      kind: 'unusable',
      why: 'series of m have no status: none of the labels code, status',
    })
    assert.deepEqual(count(source, [counted], { p: [row({ code: '200' }, Number.NaN)] }), { kind: 'notANumber' })
  })

  test('come from the first name that the workload has, and else from what says most about why there are none', () => {
    const second: Counted = { kind: 'statuses', metric: 'n', part: 'q' }
    const bad = [row({}, 10)]
    const good = [row({ code: '500' }, 1), row({ code: '200' }, 1)]
    const both = count(source, [counted, second], { p: good, q: [row({ code: '200' }, 9)] })
    assert.deepEqual(both.kind === 'counted' && [both.used, both.all], [counted, { bad: 1, total: 2 }])
    const later = count(source, [counted, second], { p: bad, q: good })
    assert.deepEqual(later.kind === 'counted' && later.used, second)
    assert.equal(count(source, [counted, second], { p: bad, q: [] }).kind, 'unusable')
    assert.equal(count(source, [counted, second], { q: bad }).kind, 'unusable')
    assert.equal(count(source, [counted, second], {}).kind, 'none')
  })
})

describe('requests that queries count', () => {
  const source = (changes: object = {}): SloSource => ({
    ...{ kind: 'expressions', total: 't', part: 'p', isGood: false, selectsPods: false },
    ...changes,
  })
  const counted: Counted = { kind: 'expressions', total: 't', part: 'p' }
  const anywhere: Where = { ...ANYWHERE, matchers: [] }
  const of = (t: readonly Row[], p: readonly Row[], changes: object = {}) =>
    count(source(changes), [counted], { t, p }, anywhere)
  const whole = (value: number): Row => ({ labels: {}, value })

  test('are bad as one query says, or all but the good ones', () => {
    const bad = of([row({}, 100), row({ pod: 'web-2' }, 50)], [row({}, 10)])
    assert.deepEqual(bad.kind === 'counted' && bad.all, { bad: 10, total: 150 })
    const good = of([row({}, 100)], [row({}, 90)], { isGood: true })
    assert.deepEqual(good.kind === 'counted' && good.all, { bad: 10, total: 100 })
    const together = of([whole(100)], [whole(10)])
    assert.deepEqual(together.kind === 'counted' && [together.all, together.byPod], [
      { bad: 10, total: 100 },
      undefined,
    ])
  })

  test('are within the whole, where extrapolation makes the part a little more', () => {
    const more = of([row({}, 100)], [row({}, 105)])
    assert.deepEqual(more.kind === 'counted' && more.all, { bad: 100, total: 100 })
    const good = of([row({}, 100)], [row({}, 105)], { isGood: true })
    assert.deepEqual(good.kind === 'counted' && good.all, { bad: 0, total: 100 })
  })

  test('are not counted where the part is more than the whole, negative or no number', () => {
    for (const [changes, part] of [
      [{}, 120],
      [{ isGood: true }, 120],
    ] as const)
      assert.deepEqual(of([row({}, 100)], [row({}, part)], changes), {
        kind: 'unusable',
        why: 'the queries give 120 of 100 requests: the part is more than the whole',
      })
    assert.equal(of([row({}, 100)], [row({}, -1)]).kind, 'unusable')
    assert.equal(of([row({}, -1)], [row({}, 0)]).kind, 'unusable')
    assert.deepEqual(of([row({}, 100)], [row({}, Number.NaN)]), { kind: 'notANumber' })
  })

  test('are not counted if the two queries distinguish Pods differently, and the message says so', () => {
    const one = of([row({}, 100)], [whole(10)])
    assert.ok(one.kind === 'unusable')
    assert.match(one.why, /^one of the two queries tells Pods apart/)
    const none = of([whole(100)], [], { selectsPods: true })
    assert.ok(none.kind === 'unusable')
    assert.match(none.why, /^the query selects Pods with \$pod/)
  })

  test('are not all bad where the good ones have no series', () => {
    assert.deepEqual(of([row({}, 100)], [], { isGood: true }), {
      kind: 'none',
      why: 'there are series of all requests, but none of the good ones',
    })
    assert.deepEqual(of([], [], { isGood: true }), { kind: 'none' })
    const errors = of([row({}, 100)], [])
    assert.deepEqual(errors.kind === 'counted' && errors.all, { bad: 0, total: 100 }, 'no errors have no series')
  })
})
