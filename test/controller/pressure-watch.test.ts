import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PressureWatch } from '../../src/controller/pressure-watch.ts'
import type { FleetPod, FleetWorkload } from '../../src/fleet/index.ts'
import { parseQuantity, readResources } from '../../src/resources/index.ts'

const WORKLOAD = { namespace: 'shop', kind: 'Deployment', name: 'web' }

function watching({ limit, isReady = true, nodeCpu = '4' }: { limit?: string; isReady?: boolean; nodeCpu?: string }) {
  let now = 1_000_000
  const requests = { cpu: '500m', memory: '1Gi' }
  const spec = readResources({ requests, limits: { ...(limit && { cpu: limit }) } })
  const pods = ['a', 'b'].map((name) => ({
    ...{ name, namespace: 'shop', placement: { isReady, node: 'node-1' } },
    containers: new Map([['app', { spec, isAsRecorded: true }]]),
  }))
  const entry = { workload: WORKLOAD, pods } as unknown as FleetWorkload
  const watch = new PressureWatch({
    fleet: { pods: () => pods as unknown as FleetPod[], workloads: () => [entry].values() as never },
    inventory: { node: () => ({ allocatable: { cpu: parseQuantity(nodeCpu) }, classes: ['cpu=4'] }) as never },
    nowSeconds: () => now,
  })
  const use = (cores: Readonly<Record<string, number>>, times = 3) => {
    for (let i = 0; i < times; i++) {
      now += 15
      watch.note(
        Object.entries(cores).map(([pod, cpuCores]) => ({
          ...{ container: { workload: WORKLOAD, container: 'app' }, pod, timestampSeconds: now - 2 },
          ...{ cpuCores, memoryBytes: 2 ** 20 },
        })),
      )
    }
    return watch.of(entry).get('app')?.cpu
  }
  return { watch, entry, use, wait: (seconds: number) => (now += seconds) }
}

test('a workload is under pressure if one of its Pods is', () => {
  const { use } = watching({ limit: '1' })
  assert.equal(use({ a: 0.2, b: 1 })?.limit, parseQuantity('1500m'))
})

test('Pods that are not ready do not count, because they may be starting', () => {
  assert.equal(watching({ limit: '1', isReady: false }).use({ a: 1, b: 1 }), undefined)
})

test('a node is busy if the Pods with known usage use nine tenths of it', () => {
  assert.equal(watching({}).use({ a: 1.8, b: 1.8 })?.request, parseQuantity('1980m'))
  assert.equal(watching({}).use({ a: 1.7, b: 1.8 }), undefined)
})

test('pressure is news once, until it changes', () => {
  const { watch, use, wait } = watching({ limit: '1' })
  assert.equal(watch.hasNews(), false)
  use({ a: 1, b: 0.1 })
  assert.deepEqual([watch.hasNews(), watch.hasNews()], [true, false])
  wait(300)
  assert.equal(watch.hasNews(), false)
  use({ a: 1, b: 0.1 })
  assert.equal(watch.hasNews(), true)
})

test('samples of deleted Pods, duplicate samples, and old ones are not kept', () => {
  const { watch, entry, use } = watching({ limit: '1' })
  use({ gone: 1 }, 30)
  use({ a: 1 })
  watch.keep()
  const old = { container: { workload: WORKLOAD, container: 'app' }, pod: 'b', cpuCores: 1, memoryBytes: 1 }
  watch.note([1, 2, 3].map((i) => ({ ...old, timestampSeconds: i * 20 })))
  assert.deepEqual([...watch.of(entry).keys()], ['app'])
  assert.equal(watch.of({ ...entry, pods: entry.pods.slice(1) }).size, 0)
})

test('pressure on a Pod of a DaemonSet is pressure on the class of its node as well', () => {
  const { watch, entry, use } = watching({ limit: '1' })
  use({ a: 1, b: 0.1 })
  const daemonSet = { ...entry, workload: { ...WORKLOAD, kind: 'DaemonSet' } }
  // Usage is looked up by the names of Pods, which are the same.
  assert.deepEqual([...watch.of(daemonSet).keys()], ['app', 'app@cpu=4'])
})
