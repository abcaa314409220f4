import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DEFAULT_PRICES } from '../../src/config/index.ts'
import { adviceAt } from '../../src/dashboard/usage/advice.ts'
import { envelopeOf } from '../../src/dashboard/usage/envelope.ts'
import { readUsage } from '../../src/dashboard/usage/read-usage.ts'
import { Turnstile } from '../../src/dashboard/usage/turnstile.ts'
import { type HistorySource, syntheticHistory, type UsageSample } from '../../src/history/index.ts'
import { fleetInsight, type WorkloadInsight } from '../../src/insight/index.ts'
import { NOW_SECONDS } from './made-fleet.ts'
import { serve } from './serve.ts'

const CHECKOUT = { namespace: 'shop', kind: 'Deployment', name: 'checkout' }
const never = new AbortController().signal

function insightOf(workload: typeof CHECKOUT, containers: readonly string[]): WorkloadInsight {
  const written = { cpu: { request: 1 }, memory: { request: 2 ** 30, limit: 2 ** 30 } }
  return fleetInsight({
    ...{ timeSeconds: NOW_SECONDS, sources: [], goal: 'balanced', prices: DEFAULT_PRICES, notes: [] },
    workloads: [{ workload, pods: 3, containers: containers.map((name) => ({ name, author: written, now: written })) }],
  }).workloads[0]!
}

const synthetic = { source: () => syntheticHistory({ endSeconds: NOW_SECONDS }), nowSeconds: () => NOW_SECONDS }

/** A source that hands out what it is told, in whatever order. */
function made(samples: readonly UsageSample[]): HistorySource {
  return {
    name: 'made',
    async *read() {
      yield samples
    },
  }
}

describe('the envelope', () => {
  test('holds lowest, mean and highest of each span, loses no peak, and says where there is nothing', () => {
    const seconds = [0, 1, 2, 9, 5, 100, -1]
    const values = [1, 9, 2, 4, Number.NaN, 7, 7]
    assert.deepEqual(envelopeOf({ seconds, values }, { fromSeconds: 0, toSeconds: 12 }, 4), {
      low: [1, null, null, 4],
      mean: [4, null, null, 4],
      high: [9, null, null, 4],
    })
  })
})

describe('usage over time', () => {
  test('is bounded, of the workload that was asked for alone, and holds what its samples hold', async () => {
    const answer = await readUsage(
      synthetic,
      { workload: insightOf(CHECKOUT, ['checkout', 'envoy']), range: '7d' },
      never,
    )
    assert.deepEqual(answer.containers.map(({ name }) => name).sort(), ['checkout', 'envoy'])
    assert.equal(answer.seconds.length, 360)
    assert.ok(JSON.stringify(answer).length < 120_000)
    assert.equal(Math.round((answer.toSeconds - answer.fromSeconds) / 86_400), 7)
    let highest = 0
    for await (const batch of syntheticHistory({ endSeconds: NOW_SECONDS }).read())
      for (const { container, cpuCores, timestampSeconds } of batch)
        if (container.container === 'checkout' && timestampSeconds >= answer.fromSeconds)
          highest = Math.max(highest, cpuCores)
    const { high, low, mean } = answer.containers.find(({ name }) => name === 'checkout')!.cpuCores
    assert.equal(Math.max(...high.map(Number)), Number(highest.toPrecision(4)))
    assert.ok(mean.every((value, i) => low[i]! <= value! && value! <= high[i]!))
  })

  test('comes with what each goal would have asked for, which the savings never exceed, and what that would cost', async () => {
    const answer = await readUsage(
      synthetic,
      { workload: insightOf(CHECKOUT, ['checkout', 'envoy']), range: '7d' },
      never,
    )
    const { request } = answer.containers.find(({ name }) => name === 'checkout')!.advice.cpuCores
    const told = request.balanced.filter((value) => value !== null)
    assert.equal(told.length, answer.adviceSeconds.length)
    for (const [i, savings] of request.savings.entries()) assert.ok(savings! <= request.reliability[i]!)
    const { savings, reliability } = answer.goals
    assert.ok(savings!.perMonth! <= reliability!.perMonth!)
    assert.ok(savings!.cpuAboveShare! >= reliability!.cpuAboveShare!)
  })

  test('of a history too young to learn from is shown all the same', async () => {
    const container = { workload: CHECKOUT, container: 'checkout' }
    const samples = Array.from({ length: 60 }, (_, i) => ({
      ...{ container, pod: 'a', cpuCores: 0.1, memoryBytes: 2 ** 20 },
      timestampSeconds: NOW_SECONDS - 3600 + i * 60,
    }))
    const history = { source: () => made(samples.reverse()), nowSeconds: () => NOW_SECONDS }
    const answer = await readUsage(history, { workload: insightOf(CHECKOUT, ['checkout']), range: '24h' }, never)
    assert.equal(answer.fromSeconds, NOW_SECONDS - 3600)
    assert.ok(answer.containers[0]!.cpuCores.mean.every((value) => value === 0.1))
    assert.ok(answer.containers[0]!.advice.cpuCores.request.balanced.every((value) => value === null))
    assert.deepEqual(answer.goals, {})
  })

  test('is of a week where nobody says how long, and of less where there is too little for a plot in that', async () => {
    const workload = insightOf(CHECKOUT, ['checkout'])
    assert.equal((await readUsage(synthetic, { workload, range: 'auto' }, never)).range, '7d')
    const container = { workload: CHECKOUT, container: 'checkout' }
    const young: number[] = []
    const history = {
      nowSeconds: () => NOW_SECONDS,
      source: (stepSeconds: number) => {
        young.push(stepSeconds)
        const count = Math.floor(1200 / stepSeconds)
        return made(
          Array.from({ length: count }, (_, i) => ({
            ...{ container, pod: 'a', cpuCores: 0.1, memoryBytes: 2 ** 20 },
            timestampSeconds: NOW_SECONDS - i * stepSeconds,
          })),
        )
      },
    }
    const answer = await readUsage(history, { workload, range: 'auto' }, never)
    assert.deepEqual([answer.range, young], ['1h', [300, 60, 30]])
  })

  test('of nothing is empty, and no failure', async () => {
    const history = { source: () => made([]), nowSeconds: () => NOW_SECONDS }
    const answer = await readUsage(history, { workload: insightOf(CHECKOUT, ['checkout']), range: '7d' }, never)
    assert.deepEqual(answer.containers, [])
  })

  test('that is too much to draw, or cannot be read, is refused with what to do', async () => {
    const container = { workload: CHECKOUT, container: 'checkout' }
    const sample = { container, pod: 'a', timestampSeconds: NOW_SECONDS, cpuCores: 1, memoryBytes: 1 }
    const asked = { workload: insightOf(CHECKOUT, ['checkout']), range: '7d' as const }
    const flood = { source: () => made(new Array(300_001).fill(sample)), nowSeconds: () => NOW_SECONDS }
    await assert.rejects(readUsage(flood, asked, never), /more than 300000 samples: choose a shorter time/)
    const broken: HistorySource = {
      name: 'Prometheus http://gone',
      // biome-ignore lint/correctness/useYield: it fails before
      async *read() {
        throw new Error('connection refused')
      },
    }
    const gone = { source: () => broken, nowSeconds: () => NOW_SECONDS }
    await assert.rejects(readUsage(gone, asked, never), /Prometheus http:\/\/gone cannot be read: connection refused/)
  })

  test('is served over HTTP, and an unknown range is refused', async (t) => {
    const { signedIn } = await serve(t)
    const signed = await signedIn()
    const path = '/api/v1/workloads/shop/Deployment/checkout/usage'
    const answer = await signed(`${path}?range=24h`)
    assert.equal(answer.status, 200, answer.text)
    assert.equal(answer.json().containers[0].name, 'checkout')
    for (const range of ['', '?range=1y', '?range=7d&range=1h'])
      assert.equal((await signed(path + range)).status, 400, range)
  })
})

describe('the share above what was said', () => {
  test('compares samples with what was learned before them', async () => {
    const container = { workload: CHECKOUT, container: 'checkout' }
    const at = (i: number, cpuCores: number) => ({
      ...{ container, pod: 'a', cpuCores, memoryBytes: 2 ** 20 },
      timestampSeconds: NOW_SECONDS + i * 300,
    })
    const quiet = Array.from({ length: 600 }, (_, i) => at(i, 0.1))
    const loud = Array.from({ length: 100 }, (_, i) => at(600 + i, i % 4 === 0 ? 50 : 0.01))
    const times = [NOW_SECONDS + 600 * 300, NOW_SECONDS + 700 * 300]
    const { above } = await adviceAt(
      times,
      { workload: CHECKOUT, goal: 'balanced' },
      [...quiet, ...loud],
      undefined,
      async () => {},
    )
    assert.equal(above('checkout', 'balanced'), 0.25)
    assert.equal(above('nobody', 'balanced'), undefined)
  })
})

describe('the turnstile', () => {
  test('runs a limited number of queries, queues some, refuses the rest, and continues after a failure', async () => {
    const turnstile = new Turnstile(1, 1)
    const gate = Promise.withResolvers<void>()
    const first = turnstile.run(() => gate.promise, never)
    const second = turnstile.run(async () => 'second', never)
    await assert.rejects(
      turnstile.run(async () => 'third', never),
      /too many requests/,
    )
    gate.reject(new Error('broken'))
    await assert.rejects(first, /broken/)
    assert.equal(await second, 'second')
    assert.equal(await turnstile.run(async () => 'fourth', never), 'fourth')
  })

  test('does nothing for who has gone meanwhile', async () => {
    const turnstile = new Turnstile(1, 1)
    const gate = Promise.withResolvers<void>()
    const first = turnstile.run(() => gate.promise, never)
    const leaving = new AbortController()
    let worked = false
    const second = turnstile.run(async () => {
      worked = true
    }, leaving.signal)
    leaving.abort(new Error('gone'))
    gate.resolve()
    await first
    await assert.rejects(second, /gone/)
    assert.equal(worked, false)
    assert.equal(await turnstile.run(async () => 'third', never), 'third')
  })
})
