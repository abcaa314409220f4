import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ContainerRecommendation } from '../../src/api/index.ts'
import { readResources } from '../../src/resources/index.ts'
import { type Case, judge } from '../../src/revisions/judge.ts'
import { app, at, authored, MEBIBYTE, makeRevision, pod } from './reconcile-input.ts'

const oom = { oomKills: [{ container: 'app', limitBytes: 512 * MEBIBYTE }] }
const crash = { crashing: ['app'] }
const both = { ...oom, ...crash }
const well = Array.from({ length: 8 }, () => pod(undefined, 0))

/** A revision 7 on trial that gives 500m and 256Mi with a limit of 512Mi, half of what the author wrote. */
function judged(pods: Case['pods'], changes: Partial<Case> = {}) {
  return judge({
    revision: makeRevision(7, app('500m', '256Mi', '512Mi')),
    ...{ lastGood: undefined, author: authored({ cpu: '1', memory: '512Mi' }, { memory: '1Gi' }), pods },
    ...changes,
  })?.kind
}

describe('a revision is blamed for an OOM kill', () => {
  const cases: readonly (readonly [where: string, given: string | undefined, before: string | undefined, boolean])[] = [
    ['at a limit that it lowered', '512Mi', '513Mi', true],
    ['at a limit that it added', '512Mi', undefined, true],
    ['not at a limit that it left', '512Mi', '512Mi', false],
    ['not at a limit that it raised', '512Mi', '511Mi', false],
    ['not where it gives no limit', undefined, '1Gi', false],
  ]
  for (const [where, given, before, isBlamed] of cases)
    test(where, () => {
      const author = authored({ memory: '128Mi' }, before ? { memory: before } : {})
      const revision = makeRevision(7, [{ name: 'app', memory: { request: '128Mi', ...(given && { limit: given }) } }])
      assert.equal(judged([pod(7, 0, oom)], { revision, author }), isBlamed ? 'OomKill' : undefined)
    })

  test('not if it only sizes the CPU', () => {
    const revision = makeRevision(7, [{ name: 'app', cpu: { request: '500m' } }])
    assert.equal(judged([pod(7, 0, oom)], { revision }), undefined)
  })

  test('in any of its Pods, and for any of several kills', () => {
    const proxy = { container: 'proxy', limitBytes: 1 }
    assert.equal(judged([pod(7, 0), pod(7, 0, { oomKills: [proxy, ...oom.oomKills] })]), 'OomKill')
    assert.equal(judged([pod(7, 0, { oomKills: [proxy] })]), undefined)
  })

  test('from the second in which the Pod received it', () => {
    const received = { revision: 7, since: '2026-03-01T01:00:00.900Z' }
    const kill = (timestampSeconds: number) =>
      judged([pod(7, 0, { carries: received, oomKills: [{ ...oom.oomKills[0]!, timestampSeconds }] })])
    const second = at(1).getTime() / 1000
    assert.deepEqual([kill(second - 1), kill(second)], [undefined, 'OomKill'])
  })

  test('and the message contains the limit', () => {
    const trouble = judge({
      revision: makeRevision(7, app('1', '256Mi', '512Mi')),
      ...{ lastGood: undefined, author: new Map(), pods: [pod(7, 0, oom)] },
    })
    assert.equal(trouble?.message, 'container app was OOM-killed at a limit of 512Mi')
  })
})

describe('a revision is blamed for a crash loop', () => {
  const author = authored({ cpu: '1', memory: '1Gi' }, { memory: '2Gi' })
  const cases: readonly (readonly [where: string, given: Omit<ContainerRecommendation, 'name'>, boolean])[] = [
    ['of a container whose CPU it lowered', { cpu: { request: '999m' } }, true],
    ['of a container whose memory it lowered', { memory: { request: '1023Mi', limit: '2Gi' } }, true],
    ['of a container whose limit it lowered', { memory: { request: '1Gi', limit: '2047Mi' } }, true],
    [
      'not of a container that has what it had',
      { cpu: { request: '1' }, memory: { request: '1Gi', limit: '2Gi' } },
      false,
    ],
    ['not of a container that got a limit', { cpu: { request: '1', limit: '1' } }, false],
    ['not of a container that it does not size', {}, false],
  ]
  for (const [where, given, isBlamed] of cases)
    test(where, () => {
      const revision = makeRevision(7, [{ name: 'app', ...given }])
      assert.equal(judged([pod(7, 0, crash)], { revision, author }), isBlamed ? 'CrashLoop' : undefined)
    })

  test("not of a new container, or one whose author's values cannot be read", () => {
    assert.equal(judged([pod(7, 0, crash)], { author: new Map() }), undefined)
    const unreadable = new Map([['app', readResources({ requests: { cpu: 'many', memory: 'much' } })]])
    assert.equal(judged([pod(7, 0, crash)], { author: unreadable }), undefined)
  })

  test('of any container that crashes', () => {
    assert.equal(judged([pod(7, 0, { crashing: ['proxy', 'app'] })]), 'CrashLoop')
    assert.equal(judged([pod(7, 0, { crashing: ['proxy'] })]), undefined)
  })
})

test("values are compared with the last good revision, or for a missing resource with the author's values", () => {
  const lastGood = makeRevision(6, [{ name: 'app', cpu: { request: '250m' } }])
  const cpu = makeRevision(7, [{ name: 'app', cpu: { request: '500m' } }])
  const memory = makeRevision(7, [{ name: 'app', memory: { request: '256Mi' } }])
  assert.equal(judged([pod(7, 0, crash)], { revision: cpu }), 'CrashLoop')
  assert.equal(judged([pod(7, 0, crash)], { revision: cpu, lastGood }), undefined)
  assert.equal(judged([pod(7, 0, crash)], { revision: memory, lastGood }), 'CrashLoop')
  const other = { lastGood: makeRevision(6, [{ name: 'app', cpu: { request: '750m' } }]), author: new Map() }
  assert.equal(judged([pod(7, 0, crash)], { revision: cpu, ...other }), 'CrashLoop')
})

test("values that somebody changed by hand are not the revision's, so it is not blamed for them", () => {
  const none = { request: undefined, limit: undefined }
  const carried = (name: string, isAsRecorded: boolean) =>
    new Map([[name, { spec: { cpu: none, memory: none }, isAsRecorded }]])
  for (const trouble of [oom, crash]) {
    assert.equal(judged([pod(7, 0, { ...trouble, containers: carried('app', false) })]), undefined)
    assert.ok(judged([pod(7, 0, { ...trouble, containers: carried('app', true) })]))
    assert.ok(judged([pod(7, 0, { ...trouble, containers: carried('proxy', false) })]))
  }
})

describe('a canary', () => {
  const early = { comparison: { now: at(10), isOver: false } }

  test('is blamed for trouble that the other Pods do not have', () => {
    assert.equal(judged([pod(7, 0, oom), ...well], early), 'OomKill')
    assert.equal(judged([pod(7, 0, crash), ...well], early), 'CrashLoop')
  })

  for (const [what, trouble] of [
    ['OOM kills', oom],
    ['crash loops', crash],
  ] as const)
    test(`is not blamed where one of the others has ${what} as well, with another revision or with none`, () => {
      assert.equal(judged([pod(7, 0, both), pod(undefined, 0, trouble), ...well], early), undefined)
      assert.equal(judged([pod(7, 0, both), pod(6, 0, trouble), ...well], early), undefined)
    })

  test('is blamed for far more restarts than the others, even if these have some', () => {
    const suffering = [pod(undefined, 0, { ...crash, restarts: 1 }), ...well]
    assert.equal(judged([pod(7, 0, { ...crash, restarts: 9 }), ...suffering], early), 'Restarts')
    assert.equal(judged([pod(7, 0, { ...crash, restarts: 1 }), ...suffering], early), undefined)
  })

  describe('is compared by restarts', () => {
    const since = (revision: number, hours: number, restarts: number) =>
      pod(revision, 0, { restarts, carries: { revision, since: at(hours).toISOString() } })
    const is = (pods: Case['pods'], isOver: boolean) => judged(pods, { comparison: { now: at(100), isOver } })
    const calm = (pods: number, hours = 0) => Array.from({ length: pods }, () => since(6, hours, 0))

    test('and one restart of a young Pod beside few old Pods without restarts is chance, because each of them has started too', () => {
      const young = since(7, 99.9, 1)
      for (const isOver of [false, true])
        for (const others of [1, 4]) assert.equal(is([young, ...calm(others)], isOver), undefined)
      // Beside five, it is less than one chance in five, which is enough at the end and not before.
      assert.deepEqual([is([young, ...calm(5)], false), is([young, ...calm(5)], true)], [undefined, 'Restarts'])
    })

    test('by starts: four that are all of the youngest of ten Pods have a chance below one in a thousand', () => {
      assert.equal(is([since(7, 99.9, 3), ...calm(9)], false), undefined)
      assert.equal(is([since(7, 99.9, 4), ...calm(9)], false), 'Restarts')
      assert.equal(is([since(7, 99.9, 4), ...calm(4)], false), undefined)
    })

    test('by the time with the revision, if that is the larger share', () => {
      // Nine of ten Pods are an hour old, and have had a twelfth of the time.
      const rest = [...calm(8, 99), since(6, 90, 0)]
      assert.equal(is([since(7, 0, 1), ...rest], true), undefined)
      assert.equal(is([since(7, 99, 1), ...rest], true), 'Restarts')
      assert.equal(is([since(7, 0, 40), ...rest], false), undefined)
    })

    test('and one OOM kill is enough, for any number of Pods and restarts', () => {
      const young = {
        ...since(7, 99, 1),
        oomKills: [{ ...oom.oomKills[0]!, timestampSeconds: at(99.5).getTime() / 1000 }],
      }
      assert.equal(is([young, ...calm(1)], false), 'OomKill')
    })
  })

  test('is not blamed if nobody has restarts, nor because of a clock that is behind', () => {
    assert.equal(judged([pod(7, 0), ...well], early), undefined)
    assert.equal(judged([pod(7, 20), pod(undefined, 20)], early), undefined)
    assert.equal(judged([], early), undefined)
    const ahead = pod(undefined, 20, { restarts: 1 })
    assert.equal(judged([pod(7, 0, { restarts: 1 }), ahead], early), undefined)
  })

  test('is blamed for throttling last', () => {
    const held = (revision: number | undefined, throttled: number) =>
      pod(revision, 0, { throttling: { periods: 9_000, throttled } })
    assert.equal(judged([held(7, 4_000), held(undefined, 0)], early), 'Throttling')
    assert.equal(judged([held(7, 4_000), held(undefined, 3_000)], early), undefined)
    assert.equal(
      judged([held(7, 1_000), held(undefined, 0)], { comparison: { now: at(10), isOver: true } }),
      'Throttling',
    )
  })
})

test('an applied revision is not compared with other Pods: only its own trouble counts', () => {
  assert.equal(judged([pod(7, 0, oom), pod(undefined, 0, both)]), 'OomKill')
  assert.equal(judged([pod(7, 0, { restarts: 99 }), ...well]), undefined)
})
