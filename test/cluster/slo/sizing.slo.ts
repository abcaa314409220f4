// A service whose latency depends on its CPU limit, sized by its SLO: held against the least limit that holds it.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { API_VERSION } from '../../../src/api/index.ts'
import type { Workload } from '../../../src/workloads/index.ts'
import { clusterObstacle, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { makeNamespace } from '../support/namespace.ts'
import { startLoad } from './load.ts'
import { measureBadShare } from './objective.ts'
import { findReference, type Reference } from './reference.ts'
import { addressOf, serviceManifests, servicePods } from './service.ts'
import { Watch } from './watch.ts'
import { scrapePods, startWorld, type World } from './world.ts'

const PER_SECOND = 100
/** All that a cgroup can have: the Pod uses less than a core, and gets it before all else on this machine. */
const CPU_SHARES = 262_144
const CPU_MILLISECONDS = 2.4
/** p95 below 25 ms. */
const OBJECTIVE = { edgeSeconds: 0.025, badShare: 0.05 }
/** What the service uses by its own account: CPU_MILLISECONDS, and what HTTP costs. */
const USED_CORES = 0.3
const MOST_ABOVE = 1.15
const SETTLED_SECONDS = 45
/** The hour of varying load is for machines with time: CI takes minutes. */
const VARYING_SECONDS = Number(process.env.PLIMSOLL_SLO_VARYING_SECONDS ?? 120)
const PATIENTLY = { timeoutMilliseconds: 240_000, everyMilliseconds: 1_000 }

const CHECKOUT: Workload = { namespace: 'shop', kind: 'Deployment', name: 'checkout' }
/** The same service in a namespace that Plimsoll leaves alone: what is found out about it holds for the other. */
const REFERENCE: Workload = { namespace: 'reference', kind: 'Deployment', name: 'checkout' }

const SETTINGS = {
  changes: { every: '10s', lowerEvery: '10s' },
  minimumChange: { share: 0.02, cpu: '1m' },
  approval: { confidence: { low: 0, medium: 0, high: 0 }, minimumDays: 0 },
  apply: { running: 'inPlace', betweenBatches: '1s', raiseShare: 1 },
}

function serviceOf(workload: Workload, cpu: { readonly request: string; readonly limit: string }): object[] {
  const resources = { requests: { cpu: cpu.request, memory: '64Mi' }, limits: { cpu: cpu.limit, memory: '128Mi' } }
  return serviceManifests({ workload, cpuMilliseconds: CPU_MILLISECONDS, resources })
}

/** The request is sized, and the limit follows. */
function policy(slos: readonly object[]): object {
  const metadata = { name: 'checkout', namespace: CHECKOUT.namespace }
  return { apiVersion: API_VERSION, kind: 'SizingPolicy', metadata, spec: { limits: { cpu: 'ratio' }, slos } }
}
const SLO = {
  name: 'checkout',
  latency: { percentile: 95, below: '25ms' },
  from: { preset: { name: 'http' } },
}

const millicores = (cores: number) => `${Math.round(cores * 1000)}m`
const percent = (share: number) => `${(share * 100).toFixed(1)} %`

describe('a service with an SLO', { skip: clusterObstacle('k6', 'service') ?? false }, () => {
  let world: World
  let reference: Reference
  let watch: Watch
  let url: string
  /** Where the SLO had it at the usual load, in cores. */
  let settledCores: number

  before(async () => {
    const pasts = [{ workload: CHECKOUT, cores: USED_CORES }]
    world = await startWorld({ settings: SETTINGS, pasts, cpuShares: CPU_SHARES })
  })
  after(async () => {
    watch?.stop()
    await world?.stop()
  })

  test('has a least CPU limit that holds it, on which three sweeps agree', async () => {
    const { cluster } = world
    await makeNamespace(cluster, REFERENCE.namespace)
    await cluster.apply(...serviceOf(REFERENCE, { request: '50m', limit: '1' }))
    const [pod] = await servicePods(cluster, REFERENCE)
    const load = await startLoad(cluster, await addressOf(cluster, REFERENCE), PER_SECOND)
    reference = await findReference(cluster, pod!, REFERENCE.name, OBJECTIVE, 1.3 * USED_CORES)
    const { dropped, requests, p95Milliseconds } = await load.stop()
    say(`sweeps: ${reference.sweeps.map(millicores).join(', ')}`)
    say(`k6: ${requests} requests, ${dropped} dropped, p95 ${p95Milliseconds.toFixed(0)} ms`)
    await cluster.kubectl(['delete', 'namespace', REFERENCE.namespace, '--wait=false'])
    assert.ok(Math.max(...reference.sweeps) / Math.min(...reference.sweeps) < MOST_ABOVE)
  })

  test('is breached where its goal alone sizes the service', async () => {
    const { cluster, prometheus } = world
    await makeNamespace(cluster, CHECKOUT.namespace, 'auto')
    await cluster.apply(policy([]), ...serviceOf(CHECKOUT, { request: '600m', limit: '600m' }))
    const [pod] = await servicePods(cluster, CHECKOUT)
    url = await addressOf(cluster, CHECKOUT)
    await startLoad(cluster, url, PER_SECOND)
    scrapePods(prometheus, [pod!])
    watch = new Watch(cluster, pod!, OBJECTIVE)
    await until('the goal to size it', () => watch.limitCores < 0.9 * reference.cores, PATIENTLY)
    const share = await measureBadShare(pod!, OBJECTIVE)
    say(`by its goal alone it has ${millicores(watch.limitCores)}, and ${percent(share)} of requests are slow`)
    assert.ok(share > OBJECTIVE.badShare, percent(share))
  })

  test('settles at no more than 15 % above the least CPU that holds it', async () => {
    await world.cluster.apply(policy([SLO]))
    await until('the service to settle', () => watch.isSettled(SETTLED_SECONDS), PATIENTLY)
    settledCores = watch.limitCores
    const share = percent(watch.badShare(SETTLED_SECONDS))
    say(`settled at ${millicores(settledCores)} (least: ${millicores(reference.cores)}); ${share} of requests are slow`)
    assert.ok(settledCores <= MOST_ABOVE * reference.cores)
  })

  test('stays there while load varies', async () => {
    const stages = [20, 0, 30, 0].map((perSecond) => ({ perSecond, seconds: Math.ceil(VARYING_SECONDS / 4) }))
    const load = await startLoad(world.cluster, url, 1, stages)
    await load.end(VARYING_SECONDS + 60)
    const share = watch.badShare(VARYING_SECONDS)
    const [limit, most] = [watch.meanLimitCores(VARYING_SECONDS), 1.15 * MOST_ABOVE * reference.cores]
    say(`varying load: mean limit ${millicores(limit)}; ${percent(share)} of requests are slow`)
    assert.ok(share <= OBJECTIVE.badShare, percent(share))
    // The mean load is 12.5 % above the usual one.
    assert.ok(limit <= most, millicores(limit))
  })

  test('gets more CPU when its load doubles, and less when it halves', async () => {
    const more = await startLoad(world.cluster, url, PER_SECOND)
    await until(
      'the SLO to hold at twice the load',
      () => watch.limitCores > 1.4 * settledCores && watch.isSettled(20),
      PATIENTLY,
    )
    const raised = watch.limitCores
    say(`at twice the load: ${millicores(raised)}; ${percent(watch.badShare(20))} of requests are slow`)
    await more.stop()
    await until('CPU to be taken back', () => watch.limitCores < 0.75 * raised, {
      ...PATIENTLY,
      // CPU has to hold for the highest load of the last twelve windows.
      timeoutMilliseconds: 420_000,
    })
    say(`at half of that: ${millicores(watch.limitCores)}`)
  })
})
