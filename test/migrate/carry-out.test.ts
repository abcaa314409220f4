import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KubeError } from '../../src/kube/index.ts'
import { type Change, carryOut } from '../../src/migrate/index.ts'
import { mergePatch } from '../../src/migrate/plan/merge-patch.ts'
import { FakeCluster, namespace, vpa, workload } from './cluster.ts'

function learned(): FakeCluster {
  const objects = ['api', 'web'].flatMap((name) => [workload('Deployment', name), vpa(name)])
  const cluster = new FakeCluster([namespace('shop'), ...objects])
  for (const name of ['api', 'web']) cluster.learn(`shop/deployment-${name}`)
  return cluster
}

interface Hooks {
  /** Whether the API server refuses a write. */
  readonly refuses?: (write: string) => boolean
  readonly afterRead?: (name: string) => void
}

/** Writes to a cluster in memory as an API server does. */
async function write(cluster: FakeCluster, changes: readonly Change[], { refuses, afterRead }: Hooks = {}) {
  const asked: string[] = []
  const ask = (verb: string, kind: string, name: string | undefined, dryRun = false) => {
    const what = `${verb} ${kind}/${name}${dryRun ? ' (dry run)' : ''}`
    asked.push(what)
    if (refuses?.(what)) throw new KubeError('Forbidden', `${what}: denied`, { status: 403 })
    return !dryRun
  }
  const found = (kind: string, { namespace = '', name }: { namespace?: string | undefined; name: string }) =>
    cluster.get(kind, namespace, name)!
  const conflict = (isOne: boolean) => {
    if (isOne) throw new KubeError('Conflict', 'another version', { status: 409 })
  }
  const writer = {
    get: async ({ kind }, of) => {
      const object = structuredClone(found(kind, of))
      afterRead?.(of.name)
      return object
    },
    create: async (_, object, options) => {
      if (ask('create', object.kind!, object.metadata.name, options?.dryRun)) cluster.put(object)
      return object
    },
    update: async (_, object, options) => {
      if (ask('update', object.kind!, object.metadata.name, options?.dryRun)) cluster.put(object)
      return object
    },
    mergePatch: async ({ kind }, of, body, options) => {
      const { resourceVersion } = (body.metadata ?? {}) as { resourceVersion?: string }
      conflict(resourceVersion !== undefined && resourceVersion !== found(kind, of).metadata.resourceVersion)
      if (ask('patch', kind, of.name, options?.dryRun)) cluster.put(mergePatch(found(kind, of), body) as never)
      return found(kind, of)
    },
    delete: async ({ kind }, of, options) => {
      const { resourceVersion } = of as { resourceVersion?: string }
      conflict(resourceVersion !== undefined && resourceVersion !== found(kind, of).metadata.resourceVersion)
      if (ask('delete', kind, of.name, options?.dryRun)) cluster.objects.delete(`${kind} ${of.namespace}/${of.name}`)
    },
  } as Parameters<typeof carryOut>[0]
  const refused = await carryOut(writer, 'test', changes, [], () => {})
  return { asked, refused }
}

test('a workload whose SizingPolicy would be refused keeps its tool, and the others are handed over', async () => {
  const cluster = learned()
  const refuses = (write: string) => write.startsWith('create SizingPolicy/migrated-deployment-api')
  const { asked, refused } = await write(cluster, cluster.plan().changes, { refuses })
  assert.deepEqual(
    refused.map(({ part }) => part),
    [{ namespace: 'shop', unit: 'shop deployment/api' }],
  )
  assert.equal(cluster.vpaActs('shop', 'Deployment', 'api'), true)
  assert.equal(cluster.plimsollActs('shop', 'Deployment', 'web'), true)
  assert.deepEqual(asked.slice(3), [
    'create SizingPolicy/migrated-deployment-web (dry run)',
    'patch VerticalPodAutoscaler/web',
    'create SizingPolicy/migrated-deployment-web',
  ])
})

test('where a namespace cannot be prepared, nothing is handed over', async () => {
  const cluster = learned()
  const { asked, refused } = await write(cluster, cluster.plan().changes, { refuses: (one) => /Namespace/.test(one) })
  assert.deepEqual(asked, ['create SizingPolicy/migrated-others', 'patch Namespace/shop'])
  assert.deepEqual(
    refused.map(({ part }) => part),
    [{ namespace: 'shop' }],
  )
})

test('an undo keeps Plimsoll for a workload whose VPA may not be written, and the namespace as it is', async () => {
  const cluster = learned()
  await write(cluster, cluster.plan().changes)
  const refuses = (one: string) => one.startsWith('patch VerticalPodAutoscaler/api')
  await write(cluster, cluster.undo().changes, { refuses })
  assert.equal(cluster.plimsollActs('shop', 'Deployment', 'api'), true)
  assert.equal(cluster.vpaActs('shop', 'Deployment', 'web'), true)
  assert.ok(cluster.get('SizingPolicy', 'shop', 'migrated-others'))
})

test('if the API server is not available, nothing else is tried', async () => {
  const cluster = learned()
  const unavailable = () => {
    throw new KubeError('ServiceUnavailable', 'create: 503', { status: 503 })
  }
  await assert.rejects(write(cluster, cluster.plan().changes, { refuses: unavailable }), /503/)
})

test('an undo keeps what somebody has put beside its field since it was planned', async () => {
  const cluster = learned()
  await write(cluster, cluster.plan().changes)
  const { changes } = cluster.undo()
  const api = cluster.get('VerticalPodAutoscaler', 'shop', 'api')!
  cluster.put(mergePatch(api, { spec: { updatePolicy: { minReplicas: 2 } } }) as never)
  await write(cluster, changes)
  assert.deepEqual(cluster.get('VerticalPodAutoscaler', 'shop', 'api')!.spec?.updatePolicy, { minReplicas: 2 })
})

test('an undo keeps a SizingPolicy that somebody has changed since it was planned, and its VPA off', async () => {
  const cluster = learned()
  await write(cluster, cluster.plan().changes)
  const { changes } = cluster.undo()
  const policy = cluster.get('SizingPolicy', 'shop', 'migrated-deployment-api')!
  cluster.put(mergePatch(policy, { spec: { priority: 7 } }) as never)
  const { refused } = await write(cluster, changes)
  assert.match(refused[0]!.error.message, /somebody has changed SizingPolicy migrated-deployment-api meanwhile/)
  assert.equal(cluster.vpaActs('shop', 'Deployment', 'api'), false)
  assert.equal(cluster.vpaActs('shop', 'Deployment', 'web'), true)
})
