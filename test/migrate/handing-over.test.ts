// Migration and undo as a whole: at no step do both tools act on a workload, and an undo restores every object exactly.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { ApiObject, Change } from '../../src/migrate/index.ts'
import { runs } from '../support/arbitraries.ts'
import { FakeCluster, inMode, namespace, READY, vpa, workload } from './cluster.ts'
import { thirtyVpas } from './thirty-vpas.ts'

function learnedCluster(objects: readonly ApiObject[]): FakeCluster {
  const cluster = new FakeCluster(objects)
  for (const { workload } of cluster.state().workloads)
    cluster.learn(`${workload.namespace}/${workload.kind.toLowerCase()}-${workload.name}`)
  return cluster
}

/** Fails if both tools act on a workload. Namespaces in which Plimsoll acted before are not migrated. */
function checkOneActs(cluster: FakeCluster): void {
  for (const { workload } of cluster.state().workloads) {
    const { namespace, kind, name } = workload
    if (namespace === 'used') continue
    const both = cluster.vpaActs(namespace, kind, name) && cluster.plimsollActs(namespace, kind, name)
    assert.ok(!both, `both act on ${namespace} ${kind}/${name}`)
  }
}

test('thirty VPAs are migrated, migrated again, and restored exactly', () => {
  const cluster = learnedCluster(thirtyVpas())
  const before = cluster.contents()
  cluster.apply(cluster.plan().changes, () => checkOneActs(cluster))
  assert.deepEqual(cluster.plan().changes, [])
  assert.equal(cluster.vpaActs('shop', 'Deployment', 'auto'), false)
  assert.equal(cluster.plimsollActs('shop', 'Deployment', 'auto'), true)
  assert.equal(cluster.plimsollActs('shop', 'Deployment', 'bystander'), false)
  const { changes, notes } = cluster.undo()
  assert.deepEqual(notes, [])
  cluster.apply(changes, () => checkOneActs(cluster))
  assert.deepEqual(cluster.contents(), before)
  assert.deepEqual(cluster.undo().changes, [])
})

test('an undo gives one workload back after the other, so that none is without a tool for long', () => {
  const objects = ['api', 'web'].flatMap((name) => [workload('Deployment', name), vpa(name)])
  const cluster = learnedCluster([namespace('shop'), ...objects])
  cluster.apply(cluster.plan().changes)
  assert.deepEqual(
    cluster.undo().changes.map(({ says }) => says),
    [
      'shop sizingpolicy/migrated-deployment-api: deleted',
      'shop verticalpodautoscaler/api: as it was before',
      'shop sizingpolicy/migrated-deployment-web: deleted',
      'shop verticalpodautoscaler/web: as it was before',
      'namespace shop: label plimsoll.dev/mode as it was before',
      'shop sizingpolicy/migrated-others: deleted',
    ],
  )
  cluster.objects.delete('VerticalPodAutoscaler shop/web')
  cluster.apply(cluster.undo().changes, () => checkOneActs(cluster))
  assert.deepEqual(cluster.state().policies, [])
})

test('a migration or an undo that stops anywhere is continued, or taken back, by the next run', () => {
  const modes = fc.constantFrom('Off', 'Initial', 'Recreate', 'Auto', 'InPlaceOrRecreate', 'InPlace', undefined)
  const one = fc.record({ mode: modes, isKnown: fc.boolean(), inSecond: fc.boolean(), hasMinReplicas: fc.boolean() })
  const label = fc.constantFrom({}, { 'plimsoll.dev/mode': 'observe' }, { team: 'a' })
  const stops = fc.array(fc.record({ isUndo: fc.boolean(), share: fc.double({ min: 0, max: 1, noNaN: true }) }), {
    maxLength: 4,
  })
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 6 }), label, stops, (all, labels, runsThatStop) => {
      const objects = all.flatMap(({ mode, inSecond, hasMinReplicas }, i) => {
        const at = { namespace: inSecond ? 'second' : 'shop' }
        const policy = { ...(mode && { updateMode: mode }), ...(hasMinReplicas && { minReplicas: 2 }) }
        const hasPolicy = Object.keys(policy).length > 0
        return [
          workload('Deployment', `web-${i}`, at),
          vpa(`web-${i}`, { ...at, ...(hasPolicy && { updatePolicy: policy }) }),
        ]
      })
      const cluster = new FakeCluster([namespace('shop', labels), namespace('second'), ...objects])
      all.forEach(({ isKnown, inSecond }, i) => {
        if (isKnown) cluster.learn(`${inSecond ? 'second' : 'shop'}/deployment-web-${i}`)
      })
      const before = cluster.contents()
      const check = () => checkOneActs(cluster)
      const partly = (changes: readonly Change[], share: number) =>
        cluster.apply(changes.slice(0, Math.round(share * changes.length)), check)
      for (const { isUndo, share } of runsThatStop) partly((isUndo ? cluster.undo() : cluster.plan()).changes, share)
      cluster.apply(cluster.plan().changes, check)
      assert.deepEqual(cluster.plan().changes, [])
      for (const [i, { mode, isKnown, inSecond }] of all.entries()) {
        const isOurs = cluster.plimsollActs(inSecond ? 'second' : 'shop', 'Deployment', `web-${i}`)
        assert.equal(isOurs, isKnown && mode !== 'Off')
      }
      cluster.apply(cluster.undo().changes, check)
      assert.deepEqual(cluster.contents(), before)
    }),
    { numRuns: runs(150) },
  )
})

test('the label of a namespace that somebody has changed since stays, and its record too', () => {
  for (const mode of ['observe', 'approve', undefined]) {
    const objects = ['web', 'api'].flatMap((name) => [workload('Deployment', name), vpa(name)])
    const cluster = new FakeCluster([namespace('shop', { team: 'a' }), ...objects])
    cluster.learn('shop/deployment-web')
    const before = cluster.contents()
    cluster.apply(cluster.plan().changes)
    const migrated = cluster.get('Namespace', '', 'shop')!
    const labels = { team: 'a', ...(mode && { 'plimsoll.dev/mode': mode }) }
    cluster.put({ ...migrated, metadata: { ...migrated.metadata, labels } })
    // The one that waited is known by now.
    cluster.learn('shop/deployment-api')
    const { changes, rows, notes } = cluster.plan()
    assert.deepEqual(changes, [])
    assert.deepEqual([...new Set(rows.map(({ outcome }) => outcome))], ['stays'])
    const says = `somebody has changed the label plimsoll.dev/mode since the migration (now ${mode ?? 'none'})`
    assert.equal(notes.find(({ about }) => about === 'shop')?.says, says)
    // Set to auto again, it continues, and what was before the migration is still known.
    cluster.put(migrated)
    cluster.apply(cluster.plan().changes)
    assert.equal(cluster.plimsollActs('shop', 'Deployment', 'api'), true)
    cluster.apply(cluster.undo().changes)
    assert.deepEqual(cluster.contents(), before)
  }
})

test('a namespace that a migration only observed is set to auto when a workload of it is handed over', () => {
  const cluster = new FakeCluster([namespace('shop'), workload('Deployment', 'web'), vpa('web', inMode('Off'))])
  const before = cluster.contents()
  cluster.apply(cluster.plan().changes)
  assert.equal(cluster.get('Namespace', '', 'shop')!.metadata.labels!['plimsoll.dev/mode'], 'observe')
  cluster.learn('shop/deployment-web')
  cluster.put(vpa('web', inMode('Auto')))
  cluster.apply(cluster.plan().changes)
  assert.equal(cluster.plimsollActs('shop', 'Deployment', 'web'), true)
  cluster.put(vpa('web', inMode('Off')))
  cluster.apply(cluster.undo().changes)
  assert.deepEqual(cluster.contents(), before)
})

test('a SizingPolicy gets the criticality of the installation, also one of an earlier run', () => {
  const cluster = learnedCluster([namespace('shop'), workload('Deployment', 'web'), vpa('web')])
  const criticality = () => cluster.get('SizingPolicy', 'shop', 'migrated-deployment-web')!.spec!.criticality
  cluster.apply(cluster.plan('vpa', { ...READY, criticality: 'low' }).changes)
  assert.equal(criticality(), 'low')
  for (const next of ['high', 'critical'] as const) {
    cluster.apply(cluster.plan('vpa', { ...READY, criticality: next }).changes)
    assert.equal(criticality(), next)
  }
})

test('where every change needs approval, the other tool continues, and the plan says why', () => {
  const objects = ['web', 'api'].flatMap((name) => [workload('Deployment', name), vpa(name)])
  const cluster = learnedCluster([namespace('shop'), ...objects])
  const { changes, rows, notes } = cluster.plan('vpa', { ...READY, criticality: 'critical' })
  assert.deepEqual(
    changes.map(({ says }) => says),
    ['namespace shop: label plimsoll.dev/mode=observe'],
  )
  assert.deepEqual(
    rows.map(({ outcome }) => outcome),
    ['stays', 'stays'],
  )
  assert.equal(notes.filter(({ says }) => says.startsWith('settings.criticality is critical')).length, 1)
  // What is switched off already is not left without a tool.
  cluster.apply(cluster.plan().changes.slice(0, 3))
  cluster.apply(cluster.plan('vpa', { ...READY, criticality: 'critical' }).changes)
  assert.equal(cluster.plimsollActs('shop', 'Deployment', 'web'), true)
  assert.equal(cluster.plimsollActs('shop', 'Deployment', 'api'), false)
})

describe('what somebody has changed since a migration stays, and a line says so', () => {
  const migrated = () => {
    const objects = ['web', 'api'].flatMap((name) => [workload('Deployment', name), vpa(name, inMode('Auto'))])
    const cluster = learnedCluster([namespace('shop'), ...objects])
    cluster.apply(cluster.plan().changes)
    return cluster
  }
  const undone = (cluster: FakeCluster) => {
    const { changes, notes } = cluster.undo()
    cluster.apply(changes, () => checkOneActs(cluster))
    return notes.map(({ about }) => about)
  }
  const modeOf = (cluster: FakeCluster, name: string) =>
    (cluster.get('VerticalPodAutoscaler', 'shop', name)!.spec!.updatePolicy as { updateMode: string }).updateMode

  test('a VPA', () => {
    const cluster = migrated()
    const theirs = cluster.get('VerticalPodAutoscaler', 'shop', 'web')!
    cluster.put({ ...theirs, spec: { ...theirs.spec, updatePolicy: { updateMode: 'Initial' } } })
    // From here on, both would act on web: Plimsoll then leaves it to the VPA (HeldForVpa), which no plan decides.
    const { changes, notes } = cluster.undo()
    cluster.apply(changes)
    assert.deepEqual(
      notes.map(({ about }) => about),
      ['shop verticalpodautoscaler/web'],
    )
    assert.equal(modeOf(cluster, 'web'), 'Initial')
    assert.equal(modeOf(cluster, 'api'), 'Auto')
    assert.equal(cluster.plimsollActs('shop', 'Deployment', 'web'), false)
  })

  test('a SizingPolicy, and then its VPA stays off', () => {
    const cluster = migrated()
    const theirs = cluster.get('SizingPolicy', 'shop', 'migrated-deployment-web')!
    cluster.put({ ...theirs, spec: { ...theirs.spec, goal: 'savings' } })
    assert.deepEqual(undone(cluster), ['shop sizingpolicy/migrated-deployment-web'])
    assert.equal(modeOf(cluster, 'web'), 'Off')
    assert.equal(modeOf(cluster, 'api'), 'Auto')
    assert.equal(cluster.get('Namespace', '', 'shop')!.metadata.labels!['plimsoll.dev/mode'], 'auto')
    assert.ok(cluster.get('SizingPolicy', 'shop', 'migrated-others'))
  })

  test('the label of a namespace', () => {
    const cluster = migrated()
    cluster.put({
      ...cluster.get('Namespace', '', 'shop')!,
      metadata: { ...cluster.get('Namespace', '', 'shop')!.metadata, labels: { 'plimsoll.dev/mode': 'approve' } },
    })
    assert.deepEqual(undone(cluster), ['namespace shop'])
    assert.equal(cluster.get('Namespace', '', 'shop')!.metadata.labels!['plimsoll.dev/mode'], 'approve')
    assert.equal(modeOf(cluster, 'web'), 'Auto')
  })
})
