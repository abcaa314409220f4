// A service whose latency depends on its CPU limit, sized by its SLO: held against the least limit that holds it.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Workload } from '../../../src/workloads/index.ts'
import { clusterObstacle } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { makeNamespace } from '../support/namespace.ts'
import { type Load, startLoad } from './load.ts'
import { findReference, type Reference } from './reference.ts'
import { addressOf, type ServiceSpec, serviceManifests, servicePods } from './service.ts'
import { startWorld, type World } from './world.ts'

const PER_SECOND = 100
const CPU_MILLISECONDS = 2.4
const OBJECTIVE = { edgeSeconds: 0.025, badShare: 0.05 }
/** What the service uses by its own account: CPU_MILLISECONDS, and what HTTP costs. */
const USED_CORES = 0.3

const CHECKOUT: Workload = { namespace: 'shop', kind: 'Deployment', name: 'checkout' }
/** The same service in a namespace that Plimsoll leaves alone: what is found out about it holds for the other. */
const REFERENCE: Workload = { namespace: 'reference', kind: 'Deployment', name: 'checkout' }

function specOf(workload: Workload): ServiceSpec {
  const resources = { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1', memory: '128Mi' } }
  return { workload, cpuMilliseconds: CPU_MILLISECONDS, resources }
}

describe('a service with an SLO', { skip: clusterObstacle('k6', 'service') ?? false }, () => {
  let world: World
  let reference: Reference
  const loads: Load[] = []

  before(async () => {
    world = await startWorld({ pasts: [{ workload: CHECKOUT, cores: USED_CORES }], isPreferred: true })
  })
  after(() => world?.stop())

  test('has a least CPU limit that holds it, which three sweeps agree on', async () => {
    const { cluster } = world
    await makeNamespace(cluster, REFERENCE.namespace)
    await cluster.apply(...serviceManifests(specOf(REFERENCE)))
    const [pod] = await servicePods(cluster, REFERENCE)
    const load = await startLoad(cluster, await addressOf(cluster, REFERENCE), PER_SECOND)
    loads.push(load)
    reference = await findReference(cluster, pod!, REFERENCE.name, OBJECTIVE, 1.3 * USED_CORES)
    const { dropped, requests, p95Milliseconds } = await load.stop()
    say(`reference: ${reference.sweeps.map((cores) => `${(cores * 1000).toFixed(0)}m`).join(', ')}`)
    say(`k6: ${requests} requests, ${dropped} dropped, p95 ${p95Milliseconds.toFixed(0)} ms`)
    await cluster.kubectl(['delete', 'namespace', REFERENCE.namespace, '--wait=false'])
    assert.ok(Math.max(...reference.sweeps) / Math.min(...reference.sweeps) < 1.3)
  })
})
