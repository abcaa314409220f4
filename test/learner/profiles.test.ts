import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { brotliCompressSync, constants } from 'node:zlib'
import fc from 'fast-check'
import type { Instance } from '../../src/learner/instance.ts'
import { Profiles } from '../../src/learner/profiles.ts'
import { decodeProfiles, NewerProfilesError } from '../../src/learner/saved-profiles.ts'
import { LearnerStateError } from '../../src/learner/saved-state.ts'

const KEY = 'tenant/blue/label/Deployment/checkout/app'

function instance(firstHour: number, lastHour: number, middle = 100): Instance {
  const level = { middle, spread: 2 }
  const days = [{ peak: middle + 2, p95: middle }]
  return { firstHour, lastHour, cpu: { ...level, sketch: Array(8).fill(middle) }, memory: { ...level, days } }
}

const profilesOf = (all: Readonly<Record<string, Instance>>) => {
  const profiles = new Profiles()
  for (const [name, one] of Object.entries(all)) profiles.note(KEY, name, one)
  return profiles
}
const asked = (profiles: Profiles, name: string, firstHour = Number.POSITIVE_INFINITY, key = KEY) =>
  profiles.of(key, 'checkout', { name, firstHour })?.instances.map(({ memory }) => memory!.middle)

describe('the profile of an application', () => {
  test('has its other instances, and nothing without any', () => {
    const profiles = profilesOf({ a: instance(0, 48, 90), b: instance(0, 48, 110) })
    assert.deepEqual(asked(profiles, 'c'), [90, 110])
    assert.deepEqual(asked(profiles, 'a', 0), [110])
    assert.deepEqual(profiles.of(KEY, 'checkout', { name: 'c', firstHour: 0 })?.application, 'checkout')
    assert.equal(asked(profiles, 'c', 0, 'tenant/red/label/Deployment/checkout/app'), undefined)
    assert.equal(asked(profilesOf({ a: instance(0, 48) }), 'a', 0), undefined)
  })

  test('has an earlier life of the same instance, until the later one has lasted for a day', () => {
    const profiles = profilesOf({ a: instance(0, 48, 90) })
    assert.deepEqual(asked(profiles, 'a', 100), [90])
    profiles.note(KEY, 'a', instance(100, 110, 95))
    assert.deepEqual(asked(profiles, 'a', 100), [90])
    profiles.note(KEY, 'a', instance(100, 124, 95))
    assert.equal(asked(profiles, 'a', 100), undefined)
    assert.deepEqual(asked(profiles, 'b'), [95])
  })

  test('remembers how an instance began', () => {
    const began = { ...instance(0, 300), memory: { ...instance(0, 300).memory!, belowAtFirst: [5, 4, 3, 2, 1] } }
    const profiles = profilesOf({ a: began })
    profiles.note(KEY, 'a', instance(0, 400, 102))
    const [known] = profiles.of(KEY, 'checkout', { name: 'b', firstHour: 0 })!.instances
    assert.deepEqual([known!.memory!.middle, known!.memory!.belowAtFirst], [102, [5, 4, 3, 2, 1]])
  })

  test('forgets instances that were not seen for long', () => {
    const profiles = profilesOf({ a: instance(0, 48, 90), b: instance(0, 49, 110) })
    profiles.prune(49)
    assert.deepEqual(asked(profiles, 'c'), [110])
    profiles.prune(50)
    assert.equal(asked(profiles, 'c'), undefined)
  })

  test('keeps 16 instances, and takes another one only in place of one that is gone', () => {
    const profiles = profilesOf(
      Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`n${i}`, instance(0, i === 3 ? 10 : 100, i)])),
    )
    profiles.note(KEY, 'late', instance(0, 34, 200))
    assert.equal(asked(profiles, 'x')!.includes(200), false)
    profiles.note(KEY, 'late', instance(0, 35, 200))
    assert.deepEqual([asked(profiles, 'x')!.includes(200), asked(profiles, 'x')!.includes(3)], [true, false])
    assert.equal(asked(profiles, 'x')!.length, 16)
  })
})

describe('all profiles together', () => {
  const APPLICATIONS = 1000
  /** As many as are kept: 1,000 applications with eight instances each. */
  const full = () => {
    const profiles = new Profiles()
    for (let i = 0; i < 8 * APPLICATIONS; i++)
      profiles.note(
        `key-${i % APPLICATIONS}`,
        `n${Math.floor(i / APPLICATIONS)}`,
        instance(0, i === 7007 ? 70 : 100, i % 200),
      )
    return profiles
  }
  const count = (profiles: Profiles, key: string) => asked(profiles, 'x', 0, key)?.length ?? 0
  const countAll = (profiles: Profiles) => {
    const { profiles: saved } = JSON.parse(new TextDecoder().decode(profiles.save()))
    return saved.reduce((sum: number, [, its]: [string, unknown[]]) => sum + its.length, 0)
  }

  test('have 8,000 instances at most: one that is gone makes room, wherever it is', () => {
    const profiles = full()
    assert.equal(count(profiles, 'key-7'), 8)
    profiles.note('new', 'a', instance(90, 96))
    assert.deepEqual([count(profiles, 'new'), count(profiles, 'key-7'), countAll(profiles)], [1, 7, 8000])
  })

  test('share the room evenly: an application with most instances loses one, until all have as many', () => {
    const profiles = full()
    profiles.prune(71)
    profiles.note('key-7', 'again', instance(0, 100))
    for (let i = 0; i < 12; i++) profiles.note('new', `n${i}`, instance(90, 100))
    assert.deepEqual([count(profiles, 'new'), countAll(profiles)], [7, 8000])
    for (let i = 0; i < APPLICATIONS; i++) assert.ok(count(profiles, `key-${i}`) >= 7, `key-${i}`)
    const { changes } = profiles
    profiles.note('key-0', 'more', instance(90, 100))
    assert.equal(profiles.changes, changes, 'nothing is displaced in turns')
  })

  test('have room again after instances were forgotten, and after they were restored', () => {
    const profiles = new Profiles()
    profiles.restore(full().save())
    profiles.note('new', 'a', instance(90, 94))
    assert.equal(countAll(profiles), 8000)
    profiles.prune(101)
    assert.equal(countAll(profiles), 0)
    for (let i = 0; i < 20; i++) profiles.note(KEY, `n${i}`, instance(90, 100))
    assert.equal(count(profiles, KEY), 16)
  })

  test('come back as they were saved', () => {
    const hour = fc.integer({ min: 0, max: 500_000 })
    const all = fc.dictionary(fc.string({ minLength: 1 }), fc.tuple(hour, hour, fc.integer({ min: 0, max: 220 })))
    fc.assert(
      fc.property(all, (named) => {
        const profiles = profilesOf(
          Object.fromEntries(Object.entries(named).map(([name, [a, b, middle]]) => [name, instance(a, a + b, middle)])),
        )
        const restored = new Profiles()
        restored.restore(profiles.save())
        assert.deepEqual(asked(restored, ''), asked(profiles, ''))
        assert.deepEqual(restored.save(), profiles.save())
      }),
    )
  })

  test('are not read from anything else', () => {
    const restore = (text: string) => () => new Profiles().restore(new TextEncoder().encode(text))
    assert.throws(restore('{'), LearnerStateError)
    assert.throws(restore('{"version":2,"profiles":[]}'), NewerProfilesError)
    assert.throws(restore('{"version":0,"profiles":[]}'), LearnerStateError)
    assert.throws(restore('{"version":1,"profiles":{}}'), LearnerStateError)
    assert.doesNotThrow(restore('{"version":1,"profiles":[]}'))
  })

  test('leaves out instances that cannot be read, and fields that it does not know', () => {
    const good = { firstHour: 1, lastHour: 2, ofALaterVersion: true }
    const profiles = [
      [
        'k',
        [
          ['good', good],
          ['bad', { firstHour: 1 }],
        ],
      ],
      ['l', [['bad', 7]]],
    ]
    const read = decodeProfiles(new TextEncoder().encode(JSON.stringify({ version: 1, profiles, more: 1 })))
    assert.deepEqual(
      [...read].map(([key, its]) => [key, [...its]]),
      [['k', [['good', { firstHour: 1, lastHour: 2 }]]]],
    )
  })

  test('fit into one object at most', () => {
    let state = 1
    const next = (below: number) => {
      state = (state * 48_271) % 2_147_483_647
      return state % below
    }
    const profiles = new Profiles()
    for (let i = 0; i < 8000; i++) {
      const level = () => ({
        middle: next(220),
        spread: next(200) / 10,
        belowAtFirst: [1, 2, 3, 4, 5].map(() => next(200) / 10),
      })
      const bucket = () => next(220)
      profiles.note(`tenant/t${i}/label/Deployment/application-${i}/app`, `customer-${i}/Deployment/app/app`, {
        ...{ firstHour: 400_000 + next(10_000), lastHour: 410_000 },
        cpu: { ...level(), sketch: Array.from({ length: 8 }, bucket) },
        memory: { ...level(), days: Array.from({ length: 7 }, () => ({ peak: bucket(), p95: bucket() })) },
      })
    }
    const params = { [constants.BROTLI_PARAM_QUALITY]: 5 }
    const stored = brotliCompressSync(profiles.save(), { params }).toString('base64')
    assert.ok(stored.length < 1_000_000, String(stored.length))
  })
})
