import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WorkloadFacts } from '../../../src/insight/index.ts'
import type { KubeClient } from '../../../src/kube/client.ts'
import { readHpas, withHpas } from '../../../src/readers/fleet/hpas.ts'

const WEB = { namespace: 'shop', kind: 'Deployment', name: 'web' } as const
const FACTS: WorkloadFacts = { workload: WEB, containers: [] }
const UTILIZATION = { name: 'cpu', target: { type: 'Utilization', averageUtilization: 160 } }

function hpa(spec: object = {}, annotations: Readonly<Record<string, string>> = {}, name = 'web') {
  return {
    metadata: { namespace: 'shop', name, annotations },
    spec: {
      ...{ scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 2, maxReplicas: 9 },
      metrics: [{ type: 'Resource', resource: UTILIZATION }],
      ...spec,
    },
    status: { currentReplicas: 4 },
  }
}

/** The HPA of shop/web, from a cluster with these HPAs. */
async function read(...items: readonly object[]) {
  const namespaces: unknown[] = []
  const list = async function* (_: unknown, { namespace }: { namespace?: string }) {
    namespaces.push(namespace)
    yield { items, resourceVersion: '1' }
  }
  const hpas = await readHpas({ list } as unknown as KubeClient, ['shop'], undefined)
  assert.deepEqual(namespaces, ['shop'])
  return hpas
}

test('an HPA of the cluster has its replicas, and its targets with those of their author', async () => {
  const points = { 'plimsoll.dev/scale-point': JSON.stringify({ cpu: { author: 80, written: 160 } }) }
  const hpas = await read(hpa({}, points))
  assert.deepEqual(withHpas([FACTS], hpas, [])[0]!.hpa, {
    ...{ name: 'web', minReplicas: 2, maxReplicas: 9, replicas: 4 },
    targets: [{ resource: 'cpu', utilization: 160, author: 80 }],
  })
})

test('an HPA on other metrics, as KEDA makes it for a queue, has no target utilization', async () => {
  const hpas = await read(hpa({ metrics: [{ type: 'External' }], minReplicas: undefined }))
  const { targets, minReplicas } = withHpas([FACTS], hpas, [])[0]!.hpa!
  assert.deepEqual([targets, minReplicas], [[], 1])
})

test('a target for one container names it', async () => {
  const metrics = [{ type: 'ContainerResource', containerResource: { ...UTILIZATION, container: 'app' } }]
  const hpas = await read(hpa({ metrics }))
  assert.deepEqual(withHpas([FACTS], hpas, [])[0]!.hpa!.targets, [
    { resource: 'cpu', utilization: 160, author: 160, container: 'app' },
  ])
})

test('Prometheus adds the time at the minimum to an HPA of the same name, and knows others only without a cluster', async () => {
  const measured = { name: 'web', target: WEB, minReplicas: 3, maxReplicas: 5, atMinimumShare: 0.5 }
  const both = withHpas([FACTS], await read(hpa()), [measured])[0]!.hpa
  assert.deepEqual([both?.minReplicas, both?.atMinimumShare], [2, 0.5])
  const renamed = withHpas([FACTS], await read(hpa({}, {}, 'new')), [measured])[0]!.hpa
  assert.deepEqual([renamed?.name, renamed?.atMinimumShare], ['new', undefined])
  assert.equal(withHpas([FACTS], new Map(), [measured])[0]!.hpa, undefined, 'deleted since')
  assert.deepEqual(withHpas([FACTS], undefined, [measured])[0]!.hpa, {
    ...{ name: 'web', minReplicas: 3, maxReplicas: 5, atMinimumShare: 0.5 },
  })
  const other = { ...FACTS, workload: { ...WEB, name: 'api' } }
  assert.equal(withHpas([other], await read(hpa()), [measured])[0], other)
})
