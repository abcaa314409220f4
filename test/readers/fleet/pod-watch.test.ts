import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UsageSample } from '../../../src/history/source.ts'
import { PodWatch } from '../../../src/readers/fleet/pod-watch.ts'

const WEB = { namespace: 'shop', kind: 'Deployment', name: 'web' }
const HOUR = 3600

async function watched(...seen: readonly (readonly [pod: string, container: string, timestampSeconds: number])[]) {
  const containers = new Map(['app', 'proxy'].map((container) => [container, { workload: WEB, container }]))
  const samples = seen.map(([pod, container, timestampSeconds]): UsageSample => {
    return { container: containers.get(container)!, pod, timestampSeconds, cpuCores: 1, memoryBytes: 1 }
  })
  const pods = new PodWatch()
  async function* batches() {
    yield samples
  }
  const handed: UsageSample[] = []
  for await (const batch of pods.watch(batches())) handed.push(...batch)
  assert.deepEqual(handed, samples)
  return pods
}

test('Pods that were seen within the last hour count as running, each once, with any containers', async () => {
  const pods = await watched(
    ['a', 'app', 100],
    ['b', 'app', 10 * HOUR],
    ['b', 'proxy', 10 * HOUR],
    ['c', 'app', 9 * HOUR],
  )
  assert.equal(pods.runningAt(WEB, 10 * HOUR, 300), 2)
  assert.equal(pods.runningAt(WEB, 12 * HOUR, 300), 0)
})

test('if samples are far apart, three of them may be missing', async () => {
  const pods = await watched(['a', 'app', 0])
  assert.equal(pods.runningAt(WEB, 3 * HOUR, HOUR), 1)
  assert.equal(pods.runningAt(WEB, 3 * HOUR + 1, HOUR), 0)
})

test('without names of Pods, the number of running Pods is unknown', async () => {
  const pods = await watched(['', 'app', HOUR])
  assert.equal(pods.runningAt(WEB, HOUR, 300), undefined)
  assert.equal(pods.runningAt({ ...WEB, name: 'other' }, HOUR, 300), 0)
})
