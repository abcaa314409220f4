import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ApiObject } from '../../src/migrate/index.ts'
import { mergePatch } from '../../src/migrate/plan/merge-patch.ts'
import { FakeCluster, inMode, namespace, vpa, workload } from './cluster.ts'

const UPDATE_MODE = 'goldilocks.fairwinds.com/vpa-update-mode'
const ENABLED = { 'goldilocks.fairwinds.com/enabled': 'true' }
const OFF = { updatePolicy: { updateMode: 'Off' } }

/** A VPA as Goldilocks creates it. */
function goldilocks(name: string, updateMode: string, more: Record<string, unknown> = {}): ApiObject {
  const made = vpa(`goldilocks-${name}`, { target: name, ...inMode(updateMode), ...more })
  return { ...made, metadata: { ...made.metadata, labels: { creator: 'Fairwinds', source: 'goldilocks' } } }
}

function annotated(object: ApiObject, annotations: Record<string, string>): ApiObject {
  return { ...object, metadata: { ...object.metadata, annotations } }
}

function clusterOf(...objects: ApiObject[]): FakeCluster {
  const cluster = new FakeCluster(objects)
  for (const { workload } of cluster.state().workloads) cluster.learn(`shop/deployment-${workload.name}`)
  return cluster
}

/** Sets the mode of its VPAs as the controller of Goldilocks does. */
function reconcile(cluster: FakeCluster): void {
  const modeOn = (object: ApiObject | undefined) =>
    object?.metadata.annotations?.[UPDATE_MODE] ?? object?.metadata.labels?.[UPDATE_MODE]
  for (const one of cluster.state().vpas.filter(({ metadata }) => metadata.labels?.source === 'goldilocks')) {
    const name = one.metadata.name!.replace('goldilocks-', '')
    const mode =
      modeOn(cluster.get('Deployment', 'shop', name)) ?? modeOn(cluster.get('Namespace', '', 'shop')) ?? 'off'
    const updateMode = mode[0]!.toUpperCase() + mode.slice(1).toLowerCase()
    cluster.put(mergePatch(one, { spec: { updatePolicy: { updateMode } } }) as ApiObject)
  }
}

function acting(): FakeCluster {
  return clusterOf(
    namespace('shop', { ...ENABLED, [UPDATE_MODE]: 'auto' }),
    workload('Deployment', 'web'),
    goldilocks('web', 'Auto'),
    annotated(workload('Deployment', 'api'), { [UPDATE_MODE]: 'initial' }),
    goldilocks('api', 'Initial', {
      resourcePolicy: { containerPolicies: [{ containerName: '*', maxAllowed: { cpu: '1' } }] },
    }),
    annotated(workload('Deployment', 'cart'), { [UPDATE_MODE]: 'off' }),
    goldilocks('cart', 'Off'),
  )
}

describe('a migration from Goldilocks', () => {
  test('tells Goldilocks before it switches a VPA off, so that it is not switched on again', () => {
    const cluster = acting()
    assert.deepEqual(
      cluster.plan('goldilocks').changes.map(({ says }) => says),
      [
        'namespace shop: SizingPolicy migrated-others: workloads stay as they are until they are handed over',
        'namespace shop: label plimsoll.dev/mode=auto',
        `shop deployment/web: annotation ${UPDATE_MODE} none -> off`,
        'shop vpa/goldilocks-web: updateMode Auto -> Off',
        'shop deployment/web: SizingPolicy migrated-deployment-web: Plimsoll takes over',
        `shop deployment/api: annotation ${UPDATE_MODE} initial -> off`,
        'shop vpa/goldilocks-api: updateMode Initial -> Off',
        'shop deployment/api: SizingPolicy migrated-deployment-api: Plimsoll takes over',
      ],
    )
  })

  test('leaves one tool to act at each step, and is undone exactly, also while Goldilocks sets modes at each step', () => {
    for (const isRunning of [false, true]) {
      const cluster = acting()
      const before = cluster.contents()
      const step = () => {
        if (isRunning) reconcile(cluster)
        for (const name of ['web', 'api', 'cart']) {
          const both = cluster.vpaActs('shop', 'Deployment', name) && cluster.plimsollActs('shop', 'Deployment', name)
          assert.ok(!both, name)
        }
      }
      cluster.apply(cluster.plan('goldilocks').changes, step)
      assert.deepEqual(cluster.plan('goldilocks').changes, [])
      assert.equal(cluster.plimsollActs('shop', 'Deployment', 'web'), true)
      assert.equal(cluster.plimsollActs('shop', 'Deployment', 'cart'), false)
      cluster.apply(cluster.undo('goldilocks').changes, step)
      assert.deepEqual(cluster.contents(), before)
    }
  })

  test('continues after it stopped before Goldilocks had switched the VPA off, whoever did it then', () => {
    const cluster = acting()
    cluster.apply(cluster.plan('goldilocks').changes.slice(0, 3))
    reconcile(cluster)
    cluster.apply(cluster.plan('goldilocks').changes)
    assert.equal(cluster.plimsollActs('shop', 'Deployment', 'web'), true)
    assert.deepEqual(
      cluster.get('VerticalPodAutoscaler', 'shop', 'goldilocks-web')!.spec!.updatePolicy,
      OFF.updatePolicy,
    )
  })

  test('continues after it stopped between the two writes, also for a workload that is not known any more', () => {
    const cluster = acting()
    cluster.apply(cluster.plan('goldilocks').changes.slice(0, 3))
    cluster.learned.clear()
    cluster.apply(cluster.plan('goldilocks').changes)
    assert.equal(cluster.plimsollActs('shop', 'Deployment', 'web'), true)
    assert.equal(cluster.vpaActs('shop', 'Deployment', 'web'), false)
  })

  test('only observes where Goldilocks only recommends', () => {
    const cluster = clusterOf(namespace('shop', ENABLED), workload('Deployment', 'web'), goldilocks('web', 'Off'))
    cluster.apply(cluster.plan('goldilocks').changes)
    assert.equal(cluster.get('Namespace', '', 'shop')!.metadata.labels!['plimsoll.dev/mode'], 'observe')
    assert.deepEqual(cluster.state().policies, [])
  })
})

test('a migration from VPA leaves the VPAs of Goldilocks alone, and hands over no workload that both size', () => {
  const cluster = clusterOf(
    namespace('shop'),
    workload('Deployment', 'web'),
    goldilocks('web', 'Auto'),
    vpa('web', inMode('Initial')),
  )
  const { changes, notes } = cluster.plan()
  assert.deepEqual(changes, [])
  const says = notes.map((note) => note.says).join('\n')
  assert.match(says, /1 VPAs were created by Goldilocks/)
  assert.match(says, /several VPAs change its Pods/)
})
