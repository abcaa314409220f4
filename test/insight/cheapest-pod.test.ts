import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { SloStatus } from '../../src/api/index.ts'
import { UsageColumns } from '../../src/history/index.ts'
import { cheapestPod, type ScaledUsage, scaledUsage } from '../../src/insight/cheapest-pod.ts'
import { costPerMonth, type HpaFacts } from '../../src/insight/index.ts'
import { DAY, GIB, insightOf, NOW_SECONDS, ofContainer, WEB } from './made.ts'

const HPA = { utilization: 50, minReplicas: 2, maxReplicas: 100 }
const ONE = { cpuCores: 1, memoryBytes: 4 * GIB }
const PRICE = { coreHour: 0.03, gibHour: 0.004 }
/** What an HPA at 50 % of a core makes of 10 cores of usage, by day, and 5 by night. */
const STEADY: ScaledUsage = {
  times: [
    { cores: 10, pods: 20 },
    { cores: 5, pods: 10 },
  ],
  mostCores: 8,
  leastBytes: 3.5 * GIB,
  mostBytes: 4 * GIB,
}

test('where most memory is what each Pod needs for itself, fewer and larger Pods cost less', () => {
  const found = cheapestPod(STEADY, ONE, HPA, PRICE)!
  assert.deepEqual(found, {
    ...{ cpuCores: 4, memoryBytes: 5.5 * GIB, pods: 4, perMonth: costPerMonth(16, 22 * GIB, PRICE) },
    savedShare: 1 - costPerMonth(16, 22 * GIB, PRICE) / costPerMonth(15, 60 * GIB, PRICE),
  })
})

test('where memory grows with the load, the size of a Pod changes little, and nothing is said', () => {
  assert.equal(cheapestPod({ ...STEADY, leastBytes: 0.1 * GIB }, ONE, HPA, PRICE), undefined)
})

test('a workload that is mostly at its minimum gets no larger Pods', () => {
  const quiet = { ...STEADY, times: [...Array(20).fill({ cores: 0.1, pods: 2 }), ...STEADY.times] }
  assert.equal(cheapestPod(quiet, ONE, HPA, PRICE), undefined)
})

test('a Pod is never expected to use more CPU than one has used: its program may have one thread', () => {
  assert.equal(cheapestPod({ ...STEADY, mostCores: 1 }, ONE, HPA, PRICE)?.cpuCores, 2)
  assert.equal(cheapestPod({ ...STEADY, mostCores: 0.6 }, ONE, HPA, PRICE), undefined)
})

test('where Pods use more memory than they request, requests do not say what a larger one needs, so nothing is said', () => {
  assert.equal(cheapestPod({ ...STEADY, mostBytes: 4 * GIB + 1 }, ONE, HPA, PRICE), undefined)
})

test('an HPA that had too many Pods at one time and too few at another is not explained, although the sums agree', () => {
  const times = STEADY.times.map(({ cores }) => ({ cores, pods: 15 }))
  assert.equal(cheapestPod({ ...STEADY, times }, ONE, HPA, PRICE), undefined)
})

test('an HPA that did not scale as its target says is not explained by it, so nothing is said', () => {
  const times = STEADY.times.map(({ cores, pods }) => ({ cores, pods: pods * 2 }))
  assert.equal(cheapestPod({ ...STEADY, times }, ONE, HPA, PRICE), undefined)
  assert.equal(cheapestPod({ ...STEADY, times: [] }, ONE, HPA, PRICE), undefined)
  assert.equal(cheapestPod(STEADY, { ...ONE, cpuCores: 0 }, HPA, PRICE), undefined)
})

test('the size that it finds saves 10 % or more, requests more for a Pod, and needs no more Pods than now', () => {
  const time = fc.record({ cores: fc.double({ min: 0, max: 50, noNaN: true }), pods: fc.integer({ min: 1, max: 100 }) })
  fc.assert(
    fc.property(
      fc.array(time, { minLength: 1, maxLength: 5 }),
      fc.double({ min: 0.1, max: 8, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 10, max: 100 }),
      fc.integer({ min: 0, max: 5 }),
      (some, mostCores, alone, utilization, minReplicas) => {
        const hpa = { utilization, minReplicas, maxReplicas: 100 }
        // As many Pods as the HPA makes of the usage.
        const times = some.map(({ cores }) => {
          const pods = Math.min(100, Math.max(minReplicas, Math.ceil(cores / (utilization / 100) - 1e-9)))
          return { cores, pods }
        })
        const found = cheapestPod(
          { times, mostCores, leastBytes: alone * ONE.memoryBytes, mostBytes: ONE.memoryBytes },
          ONE,
          hpa,
          PRICE,
        )
        if (!found) return
        const pods = times.reduce((sum, one) => sum + one.pods, 0) / times.length
        const before = costPerMonth(pods, pods * ONE.memoryBytes, PRICE)
        assert.ok(found.perMonth < before * 0.9 && found.savedShare > 0.1 && found.pods <= pods)
        assert.ok(found.cpuCores > 1 && found.memoryBytes >= ONE.memoryBytes)
        assert.ok((found.cpuCores * utilization) / 100 <= mostCores)
      },
    ),
  )
})

/** A week in which two Pods use a core each, and four half as much, in turns. */
function usage(days = 8): UsageColumns {
  const columns = new UsageColumns({ workload: WEB, container: 'app' })
  for (let hour = 0; hour < days * 24; hour++) {
    const pods = hour % 2 === 0 ? 2 : 4
    for (let pod = 0; pod < pods; pod++) {
      const timestampSeconds = NOW_SECONDS - days * DAY + hour * 3600 + pod
      columns.add({
        container: columns.container,
        pod: '',
        timestampSeconds,
        cpuCores: 2 / pods,
        memoryBytes: pod * GIB,
      })
    }
  }
  return columns
}

test('usage is added up over the Pods of each step, and a week is needed', () => {
  const { times, mostCores, leastBytes, mostBytes } = scaledUsage(usage(), 3600)!
  assert.deepEqual([times.length, times[0], times[1]], [192, { cores: 2, pods: 2 }, { cores: 2, pods: 4 }])
  assert.deepEqual([mostCores, leastBytes, mostBytes], [1, 0, 3 * GIB])
  assert.equal(scaledUsage(usage(6), 3600), undefined)
  const unknown = usage()
  unknown.add({
    container: unknown.container,
    pod: '',
    timestampSeconds: NOW_SECONDS,
    cpuCores: Number.NaN,
    memoryBytes: 1,
  })
  assert.equal(scaledUsage(unknown, 3600)!.times.length, 192)
})

/** Eight days of ten Pods that use half a core each. */
function tenPods(): UsageColumns {
  const columns = new UsageColumns({ workload: WEB, container: 'app' })
  for (let hour = 0; hour < 8 * 24; hour++)
    for (let pod = 0; pod < 10; pod++) {
      const timestampSeconds = NOW_SECONDS - 8 * DAY + hour * 3600
      // Each Pod is busy for an hour in ten.
      const cpuCores = pod === hour % 10 ? 3.2 : 0.2
      columns.add({ container: columns.container, pod: '', timestampSeconds, cpuCores, memoryBytes: 3.5 * GIB })
    }
  return columns
}

test('larger Pods are named only where latency objectives are met, on CPU alone, and with one container', () => {
  const hpa: HpaFacts = {
    ...{ name: 'web', minReplicas: 2, maxReplicas: 100 },
    targets: [{ resource: 'cpu', utilization: 50, author: 50 }],
  }
  const slo: SloStatus = {
    ...{ name: 'fast', kind: 'latency', text: '95 % below 250ms', state: 'Met', budget: 0.05 },
    time: '2026-03-30T23:00:00Z',
  }
  const asked = { cpu: { request: 1 }, memory: { request: 4 * GIB } }
  const of = (slos: readonly SloStatus[], its: HpaFacts = hpa) =>
    ofContainer(
      { author: asked, now: asked, usage: tenPods() },
      { hpa: its, pods: 10, recommendation: { name: 'web', status: { slos: [...slos] } } },
    ).autoscaled!
  const { cheapest, says } = of([slo])
  assert.equal(cheapest?.cpuCores, 2)
  assert.match(says, /Fewer, larger Pods would cost \d+ % less, .* request 2 CPU and 4\.5Gi of memory\.$/)
  const burning: SloStatus = { ...slo, state: 'Burning' }
  const errors: SloStatus = { ...slo, kind: 'errors' }
  for (const slos of [[], [burning], [slo, burning], [errors]]) assert.equal(of(slos).cheapest, undefined)
  const memory = { resource: 'memory', utilization: 50, author: 50 } as const
  for (const targets of [[], [memory], [...hpa.targets!, memory]])
    assert.equal(of([slo], { ...hpa, targets }).cheapest, undefined)
  const both = of([slo], { ...hpa, scalesOnMore: true })
  assert.deepEqual([both.cheapest, 'scalesOnMore' in both], [undefined, false])
  const app = { name: 'app', author: asked, now: asked, usage: tenPods() }
  const recommendation = { name: 'web', status: { slos: [slo] } }
  const { workload } = insightOf({ ...{ hpa, recommendation, pods: 10 }, containers: [app, { ...app, name: 'proxy' }] })
  assert.equal(workload.autoscaled?.cheapest, undefined)
})
