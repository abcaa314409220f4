import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import type { ReadOptions, ReadProgress, UsageSample } from '../../src/history/source.ts'
import { type SyntheticOptions, syntheticHistory } from '../../src/history/synthetic.ts'
import { containerKey, workloadFromPodName } from '../../src/workloads/index.ts'

const DAY = 86_400
const END = Date.parse('2026-06-01T00:00:00Z') / 1000
const MIB = 2 ** 20

async function read(options?: SyntheticOptions, readOptions?: ReadOptions): Promise<UsageSample[]> {
  const samples: UsageSample[] = []
  for await (const batch of syntheticHistory(options).read(readOptions)) samples.push(...batch)
  return samples
}

const fortnight = await read()

function of(workload: string, container = workload): UsageSample[] {
  return fortnight.filter((s) => s.container.workload.name === workload && s.container.container === container)
}

const hourOf = ({ timestampSeconds }: UsageSample) => (timestampSeconds % DAY) / 3600
const isWeekend = ({ timestampSeconds }: UsageSample) => [0, 6].includes(new Date(timestampSeconds * 1000).getUTCDay())
const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length
const cores = (samples: readonly UsageSample[]) => samples.map(({ cpuCores }) => cpuCores)
const mebibytes = (samples: readonly UsageSample[]) => samples.map(({ memoryBytes }) => memoryBytes / MIB)

function quantile(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(q * values.length) - 1]!
}

function byPod(samples: readonly UsageSample[]): UsageSample[][] {
  return [...Map.groupBy(samples, ({ pod, container }) => `${pod}/${container.container}`).values()]
}

describe('synthetic history', () => {
  test('says that it is synthetic', () => {
    assert.match(syntheticHistory().name, /^synthetic history .*never existed/)
  })

  test('has the containers of the table, and each Pod only while it is there', () => {
    const pods = Map.groupBy(fortnight, ({ container }) => containerKey(container))
    const replicas = [...pods].map(([key, samples]) => {
      const atOnce = Map.groupBy(samples, ({ timestampSeconds }) => timestampSeconds)
      return `${key} ${Math.max(...[...atOnce.values()].map((now) => now.length))}`
    })
    assert.deepEqual(replicas.sort(), [
      'platform/DaemonSet/log-agent/log-agent 4',
      'platform/Deployment/gateway/gateway 2',
      'platform/StatefulSet/kafka/kafka 3',
      'shop/CronJob/nightly-report/report 1',
      'shop/Deployment/cart/cart 2',
      'shop/Deployment/catalog/catalog 2',
      'shop/Deployment/checkout/checkout 3',
      'shop/Deployment/checkout/envoy 3',
      'shop/Deployment/orders/orders 2',
      'shop/Deployment/payments/payments 2',
      'shop/Deployment/search/search 2',
      'shop/Deployment/storefront/storefront 3',
      'shop/StatefulSet/postgres/postgres 2',
      'shop/StatefulSet/redis/redis 3',
    ])
  })

  test('names Pods as Kubernetes does', () => {
    for (const { container, pod } of new Map(fortnight.map((s) => [s.pod, s])).values()) {
      assert.deepEqual(workloadFromPodName(container.workload.namespace, pod), container.workload, pod)
    }
  })

  test('gives deployments new Pods each week, and stateful sets the same for ever', () => {
    const names = (workload: string) => new Set(of(workload).map(({ pod }) => pod)).size
    assert.ok(names('storefront') === 6 || names('storefront') === 9)
    assert.equal(names('kafka'), 3)
    assert.equal(names('log-agent'), 4)
    assert.equal(new Set(of('nightly-report', 'report').map(({ pod }) => pod)).size, 14)
  })

  test('is on its grid, in the order of time within each container of a Pod, up to its end', () => {
    for (const samples of byPod(fortnight)) {
      for (const [i, { timestampSeconds }] of samples.entries()) {
        assert.equal(timestampSeconds % 300, 0)
        assert.ok(i === 0 || timestampSeconds === samples[i - 1]!.timestampSeconds + 300)
      }
    }
    const times = fortnight.map(({ timestampSeconds }) => timestampSeconds)
    assert.equal(times[0], END - 14 * DAY)
    assert.equal(times.at(-1), END - 300)
  })

  test('holds only what usage can be', () => {
    for (const { cpuCores, memoryBytes } of fortnight) {
      assert.ok(cpuCores > 0 && cpuCores < 4)
      assert.ok(Number.isSafeInteger(memoryBytes) && memoryBytes > 32 * MIB && memoryBytes < 4096 * MIB)
    }
  })

  test('keeps the levels that its table promises', () => {
    // Daily highs of the table: the 95th percentile is near them, the lowest tenth near the night's.
    const levels: [workload: string, cpu: [number, number], memory: [number, number]][] = [
      ['storefront', [0.06, 0.35], [180, 260]],
      ['catalog', [0.08, 0.45], [420, 560]],
      ['orders', [0.12, 0.6], [1229, 1946]],
      ['gateway', [0.1, 0.8], [90, 130]],
      ['kafka', [0.2, 0.65], [2150, 2867]],
      ['log-agent', [0.015, 0.06], [70, 110]],
    ]
    for (const [workload, cpu, memory] of levels) {
      for (const [name, values, [low, high]] of [
        ['CPU', cores(of(workload)), cpu],
        ['memory', mebibytes(of(workload)), memory],
      ] as const) {
        const found = [quantile(values, 0.1) / low, quantile(values, 0.95) / high]
        assert.ok(found[0]! > 0.7 && found[0]! < 1.3, `${workload} ${name} by night: ${found[0]} times the table's`)
        assert.ok(found[1]! > 0.8 && found[1]! < 1.2, `${workload} ${name} by day: ${found[1]} times the table's`)
      }
    }
  })

  test('people make the day busier than the night, and the week than the weekend', () => {
    const front = of('storefront')
    const at = (from: number, to: number, weekend: boolean) =>
      mean(cores(front.filter((s) => hourOf(s) >= from && hourOf(s) < to && isWeekend(s) === weekend)))
    assert.ok(at(13, 16, false) > 3 * at(1, 4, false))
    assert.ok(at(13, 16, true) > 0.6 * at(13, 16, false) && at(13, 16, true) < 0.8 * at(13, 16, false))
  })

  test('replicas share the rhythm, not the noise', () => {
    const [first, second] = byPod(of('kafka')).map(cores)
    assert.notDeepEqual(first, second)
    assert.ok(Math.abs(mean(first!) / mean(second!) - 1) < 0.4)
  })

  test('usage wanders from sample to sample by some percent', () => {
    for (const samples of byPod(of('gateway'))) {
      const steps = cores(samples).map((now, i, all) => (i === 0 ? 0 : Math.abs(now / all[i - 1]! - 1)))
      assert.ok(quantile(steps, 0.5) > 0.03 && quantile(steps, 0.99) < 0.4)
    }
  })

  test('payments bursts now and then, far above what it usually needs', () => {
    const bursting = of('payments').filter(({ cpuCores }) => cpuCores > 0.35)
    const share = bursting.length / of('payments').length
    assert.ok(share > 0.01 && share < 0.06, `bursting ${share} of the time`)
    assert.ok(quantile(cores(of('payments')), 0.5) < 0.1)
  })

  test('cart leaks until it is killed, and starts again small', () => {
    const drops = byPod(of('cart')).flatMap((samples) => {
      const used = mebibytes(samples)
      return used.flatMap((now, i) => (i > 0 && used[i - 1]! - now > 300 ? [{ from: used[i - 1]!, to: now }] : []))
    })
    assert.ok(drops.length >= 2, `${drops.length} restarts`)
    for (const { from, to } of drops) assert.ok(from > 600 && from < 800 && to < 250, `${from} → ${to}`)
  })

  test('orders fills its heap and collects it, many times a day, and is busy when it starts', () => {
    const [pod] = byPod(of('orders'))
    const used = mebibytes(pod!)
    const collections = used.filter((now, i) => i > 0 && used[i - 1]! - now > 400).length
    assert.ok(collections / (pod!.length / 288) > 6, `${collections} collections`)
    assert.deepEqual(cores(pod!.slice(0, 2)), [1.5, 1.5])
    assert.ok(pod![2]!.cpuCores < 1)
  })

  test('the nightly report runs at night alone, twice as long at the end of the month', () => {
    const minutes = byPod(of('nightly-report', 'report')).map((run) => run.length * 5)
    assert.deepEqual(minutes, [...new Array<number>(13).fill(40), 80])
    for (const sample of of('nightly-report', 'report')) assert.ok(hourOf(sample) >= 2 && hourOf(sample) < 3.5)
  })

  test('search is at work at the full hour, postgres at half past three, the standby less than the primary', () => {
    const at = (samples: readonly UsageSample[], hour: number, minute: number) =>
      mean(cores(samples.filter((s) => Math.floor(hourOf(s)) === hour && Math.round((hourOf(s) % 1) * 60) === minute)))
    assert.ok(at(of('search'), 3, 0) > 4 * at(of('search'), 3, 30))
    const [primary, standby] = byPod(of('postgres'))
    assert.ok(at(primary!, 3, 45) > 3 * at(primary!, 3, 15))
    assert.ok(mean(cores(standby!)) < 0.6 * mean(cores(primary!)))
  })

  test('redis needs half as much again for minutes while it saves', () => {
    const saving = of('redis').filter(({ memoryBytes }) => memoryBytes > 560 * MIB).length
    assert.ok(saving > 5 && saving < 0.05 * of('redis').length, `${saving} samples`)
  })

  test('is the same whenever it is read, and another for another seed', async () => {
    const options = { days: 2 }
    assert.deepEqual(await read(options), await read(options))
    const other = await read({ ...options, seed: 2 })
    assert.notDeepEqual(other, await read(options))
    assert.equal(other.filter(({ container }) => container.workload.name === 'kafka').length, 3 * 2 * 288)
  })

  test('hands out one object per container', () => {
    const objects = new Set(fortnight.map(({ container }) => container))
    const keys = new Set(fortnight.map(({ container }) => containerKey(container)))
    assert.equal(objects.size, keys.size)
  })

  test('a window cuts it and changes nothing inside', async () => {
    const whole = await read({ days: 3 })
    const within = fc.integer({ min: END - 4 * DAY, max: END + DAY })
    await fc.assert(
      fc.asyncProperty(within, within, async (fromSeconds, toSeconds) => {
        const cut = await read({ days: 3 }, { window: { fromSeconds, toSeconds } })
        const expected = whole.filter((s) => s.timestampSeconds >= fromSeconds && s.timestampSeconds < toSeconds)
        assert.ok(isDeepStrictEqual(cut, expected)) // a diff of so many samples would take minutes
      }),
      { numRuns: 10 },
    )
  })

  test('tells how far it is, and stops when asked to', async () => {
    const told: ReadProgress[] = []
    const samples = await read({ days: 2 }, { onProgress: (progress) => told.push(progress) })
    assert.deepEqual(told.at(-1), { samples: samples.length, share: 1 })
    assert.ok(told.length > 5 && told.every(({ share }, i) => i === 0 || share! > told[i - 1]!.share!))

    const controller = new AbortController()
    const onProgress = () => controller.abort()
    await assert.rejects(read({ days: 400 }, { signal: controller.signal, onProgress }), { name: 'AbortError' })
  })

  test('goes by any step and length that it is given, and refuses what makes no history', async () => {
    const hourly = await read({ days: 1, stepSeconds: 3600, endSeconds: 200 * DAY })
    assert.equal(hourly.filter(({ container }) => container.workload.name === 'kafka').length, 3 * 24)
    assert.equal(hourly.at(-1)?.timestampSeconds, 200 * DAY - 3600)
    assert.throws(
      () => syntheticHistory({ days: 0 }),
      /days of a synthetic history: expected a whole number from 1 to 400/,
    )
    assert.throws(() => syntheticHistory({ stepSeconds: 0.5 }), RangeError)
    assert.throws(() => syntheticHistory({ days: 14, endSeconds: DAY }), RangeError)
  })
})
