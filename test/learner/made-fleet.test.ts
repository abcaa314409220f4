import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import type { ContainerRecommendation, Goal } from '../../src/api/index.ts'
import { inColumns, syntheticHistory, type UsageColumns } from '../../src/history/index.ts'
import { type Cadence, createLearner, GOAL_PRICES } from '../../src/learner/index.ts'
import { madeUsage } from '../support/made-usage.ts'
import { DAY, HOUR } from './usage.ts'

/**
 * A replay of made-up usage, whose exact result is asserted: whatever changes a decision, a confidence or a word of the
 * evidence shows here. Where that is meant, take over what the failure prints. The files' own tests say what is right.
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
      decisions: 'ad2d183f5798eee8',
      last: [
        'storefront 370m 0.791 320Mi 408Mi 0.999',
        'checkout 276m 0.655 389Mi 521Mi 0.999',
        'envoy 100m 0.737 95Mi 133Mi 0.999',
        'catalog 473m 0.811 665Mi 848Mi 0.999',
        'cart 170m 0.794 848Mi 1523Mi 0.999',
        'payments 115m 0.791 305Mi 389Mi 0.999',
        'search 2250m 0.761 2041Mi 2734Mi 0.999',
        'orders 665m 0.752 2362Mi 2604Mi 0.999',
        'postgres 698m 0.718 2871Mi 3847Mi 0.999',
        'redis 127m 0.73 808Mi 1082Mi 0.999',
        'gateway 808m 0.764 154Mi 206Mi 0.999',
        'kafka 733m 0.729 4242Mi 5413Mi 0.999',
        'log-agent 64m 0.752 228Mi 320Mi 0.998',
        'report 982m 0.73 1082Mi 1381Mi 0.999',
        'idle 10m 0.989 12Mi 15Mi 0.999',
        'office 2604m 0.829 1193Mi 1381Mi 0.999',
        'leaking 1193m 0.987 982Mi 1599Mi 0.999',
        'bursting 68m 0.643 239Mi 4040Mi 0.986',
      ],
    })
  })

  test('every day, for reliability, are exactly these', async () => {
    assert.deepEqual(await replayed(12, 'reliability', '24h', 12), {
      decisions: '292eed7820f40324',
      last: [
        'storefront 450m 0.916 353Mi 496Mi 0.999',
        'checkout 370m 0.948 450Mi 665Mi 0.999',
        'envoy 115m 0.853 105Mi 154Mi 0.999',
        'catalog 603m 0.866 848Mi 1523Mi 0.874',
        'cart 197m 0.869 1031Mi 2362Mi 0.999',
        'payments 603m 0.993 336Mi 473Mi 0.999',
        'search 2604m 0.92 2143Mi 3015Mi 0.999',
        'orders 848m 0.907 2480Mi 3323Mi 0.999',
        'postgres 1253m 0.989 3323Mi 4910Mi 0.999',
        'redis 162m 0.882 891Mi 1316Mi 0.999',
        'gateway 1031m 0.921 178Mi 239Mi 0.999',
        'kafka 891m 0.92 4676Mi 6909Mi 0.999',
        'log-agent 353m 0.948 276Mi 521Mi 0.999',
        'report 1031m 0.732 1136Mi 1523Mi 0.999',
        'idle 10m 0.984 14Mi 20Mi 0.999',
        'office 3015m 0.992 1253Mi 1679Mi 0.999',
        'leaking 1253m 0.986 1031Mi 1316Mi 0.999',
        'bursting 6580m 0.99 3015Mi 5684Mi 0.996',
      ],
    })
  })

  test('every hour, for savings, are exactly these', async () => {
    assert.deepEqual(await replayed(9, 'savings', '1h', 1), {
      decisions: '30a1f6ec4a048a15',
      last: [
        'storefront 228m 0.422 305Mi 389Mi 0.999',
        'checkout 239m 0.64 389Mi 496Mi 0.999',
        'envoy 82m 0.728 90Mi 115Mi 0.999',
        'catalog 290m 0.084 665Mi 1523Mi 0.499',
        'cart 100m 0.356 808Mi 1136Mi 0.996',
        'payments 82m 0.762 290Mi 408Mi 0.999',
        'search 2250m 0.851 1943Mi 2734Mi 0.999',
        'orders 450m 0.418 2250Mi 2604Mi 0.999',
        'postgres 603m 0.779 2734Mi 3490Mi 0.999',
        'redis 105m 0.668 808Mi 1082Mi 0.999',
        'gateway 547m 0.418 154Mi 197Mi 0.999',
        'kafka 496m 0.268 4040Mi 5684Mi 0.999',
        'log-agent 64m 0.868 217Mi 276Mi 0.999',
        'idle 10m 0.968 12Mi 28Mi 0.999',
        'office 251m 0.085 1136Mi 1316Mi 0.999',
        'leaking 1193m 0.969 935Mi 1381Mi 0.998',
        'bursting 68m 0.729 251Mi 3664Mi 0.985',
        'report 935m 0.379 1031Mi 1523Mi 0.999',
      ],
    })
  })
})
