import assert from 'node:assert/strict'
import { test } from 'node:test'
import { READERS, shownIn } from '../../src/migrate/index.ts'
import { FakeCluster, inMode, namespace, vpa, workload } from './cluster.ts'

test('a person agrees to what a plan shows as open, not to what is done, stays, or begins to act later', () => {
  const names = ['now', 'waits', 'observed', 'done', 'stays', 'later']
  const cluster = new FakeCluster([
    ...['shop', 'used'].map((name) => namespace(name, name === 'used' ? { 'plimsoll.dev/mode': 'approve' } : {})),
    ...names.map((name) => workload('Deployment', name, { namespace: name === 'stays' ? 'used' : 'shop' })),
    vpa('done'),
  ])
  cluster.learn('shop/deployment-done')
  cluster.apply(cluster.plan().changes)
  cluster.learn('shop/deployment-now')
  for (const [name, mode] of [
    ['now', 'Auto'],
    ['waits', 'Auto'],
    ['observed', 'Off'],
    ['stays', 'Auto'],
  ] as const)
    cluster.put(vpa(name, { namespace: name === 'stays' ? 'used' : 'shop', ...inMode(mode) }))
  const isAgreed = shownIn(cluster.plan().rows)
  const agreed = () =>
    READERS.vpa(cluster.state())
      .units.filter(isAgreed)
      .map(({ members }) => members[0]!.workload.workload.name)
  cluster.put(vpa('later'))
  assert.deepEqual(agreed(), ['now', 'waits', 'observed'])
  cluster.put(vpa('observed', inMode('Auto')))
  assert.deepEqual(agreed(), ['now', 'waits'])
})
