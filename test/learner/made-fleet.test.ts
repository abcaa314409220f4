import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import type { ContainerRecommendation, Goal } from '../../src/api/index.ts'
import { inColumns, syntheticHistory, type UsageColumns } from '../../src/history/index.ts'
import { type Cadence, createLearner, GOAL_PRICES } from '../../src/learner/index.ts'
import { madeUsage } from '../support/made-usage.ts'
import { DAY, HOUR } from './usage.ts'

/**
 * A replay of made-up usage with an exact expected result: any change of a decision, a confidence or a word of the evidence shows here.
 * If the change is intended, copy the output of the failure. The other tests of the modules define what is right.
 */
async function replayed(days: number, goal: Goal, cadence: Cadence, everyHours: number) {
  const history = [...(await inColumns(syntheticHistory({ days, seed: 3 }).read())), ...madeUsage(days)]
  const learner = createLearner({ minimumHistory: { seconds: 0, samples: 1 } })
  const terms = { prices: GOAL_PRICES[goal], cadence }
  const hash = createHash('sha256')
  const last = new Map<string, string>()
  const positions = new Map(history.map((usage) => [usage, 0]))
  for (let hour = everyHours; hour <= days * 24; hour += everyHours) {
    for (const usage of history) {
      const now = usage.secondsAt(0) - (usage.secondsAt(0) % DAY) + hour * HOUR
      const samples = samplesBefore(usage, positions, now)
      learner.observe(samples)
      const { workload, container } = usage.container
      if (container === 'catalog' && hour === 6 * 24) learner.observeVersion(usage.container, 'catalog:1', now)
      if (container === 'catalog' && hour === 9 * 24) learner.observeVersion(usage.container, 'catalog:2', now)
      if (container === 'kafka' && hour === 8 * 24)
        learner.observeOomKill({ container: usage.container, timestampSeconds: now - 60, limitBytes: 3 * 2 ** 30 })
      for (const one of learner.decide(workload, now, terms).containers) {
        hash.update(JSON.stringify(one))
        last.set(one.name, summary(one))
      }
    }
  }
  return { decisions: hash.digest('hex').slice(0, 16), last: [...last.values()] }
}

function samplesBefore(usage: UsageColumns, positions: Map<UsageColumns, number>, now: number) {
  const samples = []
  let at = positions.get(usage)!
  while (at < usage.length && usage.secondsAt(at) < now) samples.push(usage.sampleAt(at++))
  positions.set(usage, at)
  return samples
}

/** Requests, memory limit and confidence. */
function summary({ name, cpu, memory }: ContainerRecommendation): string {
  return [name, cpu?.request, cpu?.confidence, memory?.request, memory?.limit, memory?.confidence].join(' ')
}

describe('the decisions on a made-up fleet', () => {
  test('every day, balanced, are exactly these', async () => {
    assert.deepEqual(await replayed(21, 'balanced', '24h', 24), {
      decisions: '7951fee183bd2b75',
      last: [
        'storefront 353m 0.99 320Mi 408Mi 0.999',
        'checkout 276m 0.99 408Mi 521Mi 0.999',
        'envoy 100m 0.991 95Mi 133Mi 0.999',
        'catalog 473m 0.989 698Mi 935Mi 0.999',
        'cart 170m 0.99 848Mi 1523Mi 0.999',
        'payments 115m 0.97 305Mi 408Mi 0.999',
        'search 2250m 0.973 2041Mi 2734Mi 0.999',
        'orders 665m 0.989 2362Mi 2604Mi 0.999',
        'postgres 733m 0.988 2871Mi 4040Mi 0.999',
        'redis 133m 0.99 808Mi 1136Mi 0.999',
        'gateway 808m 0.989 154Mi 206Mi 0.999',
        'kafka 733m 0.989 4242Mi 5413Mi 0.999',
        'log-agent 61m 0.987 228Mi 305Mi 0.997',
        'report 982m 0.99 1082Mi 1381Mi 0.999',
        'idle 10m 0.99 12Mi 15Mi 0.999',
        'office 2604m 0.983 1193Mi 1381Mi 0.999',
        'leaking 1193m 0.989 982Mi 1763Mi 0.999',
        'bursting 68m 0.979 239Mi 4040Mi 0.982',
      ],
    })
  })

  test('every day, for reliability, are exactly these', async () => {
    assert.deepEqual(await replayed(12, 'reliability', '24h', 12), {
      decisions: 'b5e98be3ebe19c09',
      last: [
        'storefront 429m 0.986 353Mi 473Mi 0.999',
        'checkout 353m 0.986 450Mi 665Mi 0.999',
        'envoy 105m 0.986 105Mi 154Mi 0.999',
        'catalog 574m 0.968 848Mi 1523Mi 0.98',
        'cart 187m 0.986 1031Mi 2362Mi 0.999',
        'payments 603m 0.984 336Mi 450Mi 0.999',
        'search 2480m 0.958 2250Mi 3323Mi 0.999',
        'orders 769m 0.971 2480Mi 3323Mi 0.999',
        'postgres 1253m 0.984 3323Mi 4910Mi 0.999',
        'redis 154m 0.984 935Mi 1381Mi 0.999',
        'gateway 982m 0.984 178Mi 239Mi 0.999',
        'kafka 808m 0.984 4676Mi 6909Mi 0.999',
        'log-agent 336m 0.92 251Mi 353Mi 0.999',
        'report 1031m 0.986 1193Mi 1599Mi 0.999',
        'idle 10m 0.985 14Mi 20Mi 0.999',
        'office 2871m 0.973 1253Mi 1679Mi 0.999',
        'leaking 1193m 0.979 982Mi 1253Mi 0.999',
        'bursting 71m 0.978 3015Mi 5413Mi 0.996',
      ],
    })
  })

  test('every hour, for savings, are exactly these', async () => {
    assert.deepEqual(await replayed(9, 'savings', '1h', 1), {
      decisions: '2ec5866e53792d03',
      last: [
        'storefront 320m 0.98 305Mi 450Mi 0.999',
        'checkout 320m 0.98 389Mi 574Mi 0.999',
        'envoy 110m 0.98 90Mi 133Mi 0.999',
        'catalog 450m 0.685 698Mi 1679Mi 0.699',
        'cart 140m 0.978 769Mi 1316Mi 0.997',
        'payments 90m 0.951 305Mi 450Mi 0.999',
        'search 2041m 0.93 1943Mi 3165Mi 0.999',
        'orders 574m 0.969 2250Mi 3165Mi 0.999',
        'postgres 698m 0.978 2734Mi 4242Mi 0.999',
        'redis 121m 0.978 808Mi 1136Mi 0.999',
        'gateway 733m 0.978 154Mi 228Mi 0.999',
        'kafka 473m 0.905 4242Mi 5968Mi 0.999',
        'log-agent 53m 0.958 217Mi 336Mi 0.999',
        'idle 10m 0.98 12Mi 22Mi 0.999',
        'office 251m 0.919 1136Mi 1381Mi 0.999',
        'leaking 1082m 0.914 982Mi 1450Mi 0.998',
        'bursting 68m 0.962 206Mi 3490Mi 0.978',
        'report 935m 0.974 1031Mi 1599Mi 0.999',
      ],
    })
  })
})
