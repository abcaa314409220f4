import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_PRICES } from '../../../src/config/prices.ts'
import type { KubeClient } from '../../../src/kube/client.ts'
import { KubeError } from '../../../src/kube/errors.ts'
import type { KubeObject, ResourceType } from '../../../src/kube/resource.ts'
import { readCluster } from '../../../src/readers/fleet/cluster.ts'

const OWNER = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'u', controller: true }
const POD = {
  metadata: { namespace: 'shop', name: 'db-0', ownerReferences: [OWNER] },
  spec: { containers: [{ name: 'db' }] },
}
const RECOMMENDATION = {
  ...{ apiVersion: 'plimsoll.dev/v1alpha1', kind: 'Recommendation' },
  metadata: { namespace: 'shop', name: 'statefulset-db' },
  spec: { workload: { kind: 'StatefulSet', name: 'db' } },
}

/** An API server that holds what no real one would take, as its schema refuses it. */
function holding(objects: Readonly<Record<string, readonly object[] | KubeError>>): KubeClient {
  const list = async function* ({ plural }: ResourceType) {
    const found = objects[plural] ?? []
    if (found instanceof KubeError) throw found
    yield { items: found as readonly KubeObject[], resourceVersion: '1' }
  }
  return { list } as unknown as KubeClient
}

const read = (objects: Parameters<typeof holding>[0]) => readCluster(holding(objects), { prices: DEFAULT_PRICES })

test('a Recommendation that makes no sense costs nothing of the others', async () => {
  const newer = { ...RECOMMENDATION, metadata: { namespace: 'shop', name: 'newer' }, status: { state: 'Dreaming' } }
  const { recommendations, notes } = await read({ pods: [POD], recommendations: [newer, RECOMMENDATION] })
  assert.deepEqual([...recommendations.keys()], ['shop/statefulset-db'])
  assert.deepEqual(notes, [
    {
      code: 'NotReadable',
      says: '1 of the Recommendations make no sense to this version and are left out, such as shop/newer.',
    },
  ])
})

test('a cluster that knows no Recommendations is no less readable, and nothing is said of it', async () => {
  const { pods, notes } = await read({
    pods: [POD],
    recommendations: new KubeError('NotFound', 'no such type', { status: 404 }),
  })
  assert.deepEqual([pods.length, notes], [1, []])
})

test('without Pods there is nothing to tell: whoever may not list them is told so', async () => {
  const forbidden = new KubeError('Forbidden', 'pods is forbidden', { status: 403 })
  await assert.rejects(read({ pods: forbidden }), /pods is forbidden/)
  const { notes } = await read({ pods: [POD], namespaces: forbidden, recommendations: forbidden })
  assert.deepEqual(
    notes.map(({ code, says }) => [code, says.slice(0, 15)]),
    [
      ['NotReadable', 'Namespaces coul'],
      ['NotReadable', 'Recommendations'],
    ],
  )
})
