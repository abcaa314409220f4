import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  CHANGELOG_LENGTH,
  CHANGELOG_VALUES,
  Change,
  MAX_CONTAINERS,
  RecommendationStatus,
} from '../../src/api/index.ts'
import { readResources } from '../../src/resources/index.ts'
import { appended, changesOf } from '../../src/revisions/changelog.ts'
import { EVENTS } from '../../src/revisions/events.ts'
import { app, at, authored, input, RULES, statusAfter, told } from './reconcile-input.ts'

describe('the changelog', () => {
  test('is accepted by the API server for a Pod with the maximum of containers, even if all of them change', () => {
    const called = (letter: string) =>
      Array.from({ length: MAX_CONTAINERS }, (_, i) => `${letter}${i}-`.padEnd(63, 'x')).map((name) => ({
        ...app('100m', '900Mi', '1000Mi')[0]!,
        name,
      }))
    const author = new Map(
      called('a').map(({ name }) => [name, readResources({ requests: { cpu: '1', memory: '1Gi' } })]),
    )
    const slots = called('b').map(({ name }) => ({ name, kind: 'container' as const }))
    const shape = { slots, overhead: { cpu: 0n, memory: 0n } }
    const first = statusAfter(undefined, input(called('a'), { author }), RULES)
    assert.equal(first.changelog![0]!.changes!.length, 2 * MAX_CONTAINERS)
    const second = statusAfter(first, input(called('b'), { author: new Map(), now: at(48), shape }), RULES)
    assert.ok(second.applied!.containers.every(({ name }) => name.startsWith('b')))
    for (const status of [first, second]) assert.deepEqual(RecommendationStatus.safeParse(status).error, undefined)
  })

  test('has every change of a Pod with twelve containers, as values', () => {
    const names = Array.from({ length: 12 }, (_, i) => `c${i}`)
    const learned = names.map((name) => ({
      name,
      cpu: { request: '800m' },
      memory: { request: '900Mi', limit: '1000Mi' },
    }))
    const author = new Map(
      names.map((name) => [name, readResources({ requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '2Gi' } })]),
    )
    const [change] = statusAfter(undefined, input(learned, { author }), RULES).changelog!
    assert.equal(change!.changes!.length, 24)
    assert.deepEqual(change!.changes!.slice(-2), [
      { container: 'c11', resource: 'cpu', from: { request: '1' }, to: { request: '800m' } },
      {
        container: 'c11',
        resource: 'memory',
        from: { request: '1Gi', limit: '2Gi' },
        to: { request: '900Mi', limit: '1Gi' },
      },
    ])
    assert.ok(RecommendationStatus.shape.changelog.safeParse([change]).success)
  })

  test("shows where a container had no values before, and where it returns to its author's values", () => {
    const learned = [{ name: 'proxy', cpu: { request: '50m' } }]
    const status = statusAfter(undefined, input(learned), RULES)
    assert.deepEqual(status.changelog![0]!.changes, [{ container: 'proxy', resource: 'cpu', to: { request: '50m' } }])
    const spec = { rollback: { revision: status.applied!.revision, by: 'dave' } }
    const back = statusAfter(status, input(learned, { spec, now: at(1) }), RULES)
    assert.deepEqual(told(back.changelog!.at(-1)!), ['proxy cpu 50m -> -', 'rolled back by dave'])
  })

  test("quotes author's values of any precision", () => {
    const author = authored({ cpu: '987433u', memory: '1Mi' })
    const { changelog } = statusAfter(undefined, input(app('700m', '1Mi'), { author }), RULES)
    const [change] = changelog!
    assert.deepEqual(change!.changes![0]!.from, { request: '987433u' })
    assert.ok(Change.parse(change))
  })

  test('keeps as many entries as allowed, and always the whole newest one', () => {
    const entry = (size: number, time: number): Change => ({
      ...{ time: at(time).toISOString(), reason: 'Learned', by: 'plimsoll' },
      changes: Array.from({ length: size }, (_, i) => ({ container: `c${i}`, resource: 'cpu' as const })),
    })
    const times = (changelog: readonly Change[]) => changelog.map(({ changes }) => changes!.length)
    const many = Array.from({ length: CHANGELOG_LENGTH }, (_, i) => entry(2, i))
    assert.equal(appended(many, [entry(1, 99)]).length, CHANGELOG_LENGTH)
    assert.deepEqual(times(appended([entry(40, 1), entry(30, 2)], [entry(50, 3)])), [30, 50])
    assert.deepEqual(times(appended([entry(1, 1)], [entry(128, 2)])), [128])
    assert.deepEqual(times(appended([entry(128, 1)], [entry(1, 2)])), [1])
  })

  test('keeps as many values in all entries together as allowed, and not one more', () => {
    const entry = (size: number, time: number): Change => ({
      ...{ time: at(time).toISOString(), reason: 'Learned', by: 'plimsoll' },
      changes: Array.from({ length: size }, (_, i) => ({ container: `c${i}`, resource: 'cpu' as const })),
    })
    const without: Change = { time: at(0).toISOString(), reason: 'Held', by: 'eve' }
    const sizes = (...changelog: Change[]) => appended(changelog, []).map(({ changes }) => changes?.length)
    assert.deepEqual(sizes(entry(CHANGELOG_VALUES - 30, 1), entry(30, 2)), [CHANGELOG_VALUES - 30, 30])
    assert.deepEqual(sizes(entry(CHANGELOG_VALUES - 29, 1), entry(30, 2)), [30])
    assert.deepEqual(sizes(without, entry(CHANGELOG_VALUES, 1), without), [undefined, CHANGELOG_VALUES, undefined])
    assert.deepEqual(sizes(entry(1, 1), entry(CHANGELOG_VALUES, 2), entry(0, 3)), [CHANGELOG_VALUES, 0])
    assert.deepEqual(sizes(), [])
  })

  test('contains the fields of its events, and leaves out other events', () => {
    const changes = [{ container: 'app', resource: 'cpu', to: { request: '1' } }] as const
    const whole = { revision: 4, from: 3, confidence: 0, changes, message: 'why' }
    const events = [
      { reason: 'Learned', by: 'plimsoll', until: 'tomorrow', ...whole },
      { reason: 'ProvenGood', by: 'plimsoll', revision: 4 },
      { reason: 'Held', by: 'eve' },
    ] as const
    const time = '2026-03-01T01:00:00Z'
    assert.deepEqual(changesOf(events, at(1)), [
      { time, reason: 'Learned', by: 'plimsoll', ...whole, changes: [...changes] },
      { time, reason: 'Held', by: 'eve' },
    ])
  })

  test('contains exactly the events in the table, and its schema accepts each', () => {
    const { reason } = RecommendationStatus.shape.changelog.unwrap().element.shape
    const inChangelog = Object.entries(EVENTS).flatMap(([name, { inChangelog }]) => (inChangelog ? [name] : []))
    assert.deepEqual(inChangelog.sort(), [...reason.options].sort())
  })
})

test('every field of the status is compared: a change of only the criticality is written', () => {
  const before = statusAfter(undefined, input([{ name: 'app', cpu: { request: '800m' } }]), RULES)
  const after = statusAfter(before, input([{ name: 'app', cpu: { request: '800m' } }], { criticality: 'low' }), RULES)
  assert.equal(after.criticality, 'low')
  assert.notEqual(after, before)
})
