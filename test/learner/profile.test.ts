import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { ContainerRecord } from '../../src/learner/container-record.ts'
import { GOAL_PRICES } from '../../src/learner/goals.ts'
import { createLearner } from '../../src/learner/index.ts'
import type { Instance, Profile } from '../../src/learner/instance.ts'
import { instanceOf } from '../../src/learner/instance-of.ts'
import { followProfile } from '../../src/learner/profile.ts'
import { parseQuantity, toNumber } from '../../src/resources/index.ts'
import { HOUR, START } from './usage.ts'
import { recordOf } from './windows.ts'

const MIB = 2 ** 20
const DAY = 24 * HOUR
const WORKLOAD = { namespace: 'preview-7', kind: 'Deployment', name: 'checkout' }
const CONTAINER = { workload: WORKLOAD, container: 'app' }

const steady = (cpu: number, memory: number, hours = 48) => recordOf(hours, () => ({ cpu, memory: memory * MIB }))
/** Instances of one application, at levels around half a core and 500 MiB. */
const INSTANCES = [0.8, 0.9, 1, 1, 1.1, 1.2].map((factor) => instanceOf(steady(0.5 * factor, 500 * factor))!)
const PROFILE: Profile = { application: 'checkout', instances: INSTANCES }

/** What is decided for a container `app` after some samples, five minutes apart. */
function decided(
  samples: number,
  usage: { readonly cores: number; readonly mib: number },
  profile: Profile | undefined,
  minimumHistory = { seconds: DAY, samples: 20 },
) {
  const learner = createLearner({ minimumHistory })
  const terms = {
    ...{ prices: GOAL_PRICES.balanced, cadence: '1h' as const },
    ...(profile && { profiles: new Map([['app', profile]]) }),
  }
  let at = START
  for (let i = 0; i < samples; i++, at += 300) {
    const sample = { container: CONTAINER, pod: 'checkout-1', timestampSeconds: at }
    learner.observe([{ ...sample, cpuCores: usage.cores, memoryBytes: usage.mib * MIB }])
    learner.decide(WORKLOAD, at + 1, terms)
  }
  return learner.recommend(WORKLOAD, at, terms).containers[0]
}

const mib = (quantity: string | undefined) => toNumber(parseQuantity(quantity)!) / MIB

describe('what an instance tells about others', () => {
  test('is its level, how its usage is distributed, its daily peaks and how it began', () => {
    const { cpu, memory, ...rest } = instanceOf(
      recordOf(48, (hour) => ({ cpu: 1, memory: (hour < 2 ? 100 : 200) * MIB })),
    )!
    assert.deepEqual(rest, { firstHour: START / HOUR, lastHour: START / HOUR + 47 })
    assert.equal(new Set(cpu!.sketch).size, 1)
    assert.equal(cpu!.sketch[0], cpu!.middle)
    assert.equal(memory!.days.length, 2)
    assert.equal(memory!.days[0]!.peak, memory!.middle)
    assert.equal(memory!.belowAtFirst![0]! > 10, true)
    assert.equal(memory!.belowAtFirst!.at(-1), 0)
  })

  test('is nothing before six hours, and not how it began once its first hours are forgotten', () => {
    assert.equal(instanceOf(steady(1, 100, 5)), undefined)
    assert.ok(instanceOf(steady(1, 100, 6)))
    assert.ok(instanceOf(steady(1, 100, 336))!.memory!.belowAtFirst)
    assert.equal(instanceOf(steady(1, 100, 337))!.memory!.belowAtFirst, undefined)
  })

  test('is what the learner says of each container of a workload', () => {
    const learner = createLearner()
    for (let hour = 0; hour < 8; hour++)
      learner.observe([
        { container: CONTAINER, pod: 'p', timestampSeconds: START + hour * HOUR, cpuCores: 1, memoryBytes: MIB },
      ])
    learner.decide(WORKLOAD, START + 8 * HOUR, { prices: GOAL_PRICES.balanced, cadence: '1h' })
    assert.deepEqual([...learner.instances(WORKLOAD).keys()], ['app'])
    assert.deepEqual([...learner.instances({ ...WORKLOAD, name: 'other' })], [])
  })
})

describe('a container whose application is known from elsewhere', () => {
  test('has values from its first sample on, near what the others need', () => {
    assert.equal(decided(1, { cores: 0.4, mib: 300 }, undefined), undefined)
    const { cpu, memory } = decided(1, { cores: 0.4, mib: 300 }, PROFILE)!
    assert.ok(mib(memory!.request) > 500 && mib(memory!.request) < 900, memory!.request)
    assert.match(cpu!.request, /^[56]\d\dm$/)
  })

  test('says so, and how sure that is', () => {
    const { cpu, evidence } = decided(1, { cores: 0.4, mib: 300 }, PROFILE)!
    assert.equal(evidence!.memory!.basis, 'learned from 6 other instances of checkout')
    const { days, ...profile } = evidence!.memory!.profile!
    assert.deepEqual(profile, { application: 'checkout', instances: 6, decides: true })
    assert.ok(days > 4 && days < 7, String(days))
    assert.ok(cpu!.confidence! > 0.5 && cpu!.confidence! < 0.95, String(cpu!.confidence))
    const long = { ...PROFILE, application: 'a'.repeat(63) }
    assert.equal(decided(1, { cores: 0.4, mib: 300 }, long)!.evidence!.cpu!.profile!.application.length, 45)
    const one = { ...PROFILE, instances: INSTANCES.slice(0, 1) }
    assert.equal(
      decided(1, { cores: 0.4, mib: 300 }, one)!.evidence!.cpu!.basis,
      'learned from 1 other instance of checkout',
    )
  })

  test('needs less room on its first day than without the others, and has seen as much', () => {
    const minimum = { seconds: 0, samples: 1 }
    const alone = decided(24, { cores: 0.5, mib: 500 }, undefined, minimum)!
    const known = decided(24, { cores: 0.5, mib: 500 }, PROFILE, minimum)!
    assert.ok(mib(known.memory!.request) < 0.8 * mib(alone.memory!.request))
    assert.ok(mib(known.memory!.limit) < mib(alone.memory!.limit))
  })

  test('counts by its own usage if it is unlike the others', () => {
    const minimum = { seconds: 0, samples: 1 }
    const usage = { cores: 3, mib: 4000 }
    const { evidence, memory } = decided(24, usage, PROFILE, minimum)!
    assert.equal(evidence!.memory!.profile, undefined)
    assert.deepEqual(memory, decided(24, usage, undefined, minimum)!.memory)
  })

  test('outgrows them in 14 days', () => {
    const days = (record: ContainerRecord) => followProfile(PROFILE, record).memory?.days
    assert.ok(days(steady(0.5, 500, 24))! > days(steady(0.5, 500, 24 * 7))!)
    assert.equal(days(steady(0.5, 500, 24 * 14)), undefined)
  })

  test('is decided as without a profile if no instance is known', () => {
    const usage = { cores: 0.4, mib: 300 }
    assert.equal(decided(1, usage, { application: 'checkout', instances: [] }), undefined)
  })

  test('never gets a request below what it was seen to use, nor a limit below its request', () => {
    const factor = fc.double({ min: 0.05, max: 20, noNaN: true })
    fc.assert(
      fc.property(fc.array(factor, { minLength: 1, maxLength: 6 }), factor, (factors, own) => {
        const instances = factors.map((one): Instance => instanceOf(steady(one, 500 * one, 12))!)
        const { memory } = decided(3, { cores: own, mib: 500 * own }, { application: 'checkout', instances })!
        assert.ok(mib(memory!.request) >= 500 * own * 0.99)
        assert.ok(mib(memory!.limit) >= mib(memory!.request))
      }),
      { numRuns: 30 },
    )
  })
})
