import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { OwnerChecks } from '../../src/controller/owner-checks.ts'
import { type ApiPod, Fleet, type FleetWorkload, readFleetPod } from '../../src/fleet/index.ts'
import { readable } from '../../src/resources/index.ts'
import { failure } from '../kube/fake-server.ts'
import { controllerContext } from './context.ts'

const SIGNAL = new AbortController().signal

interface Claims {
  readonly cpu?: string
  readonly annotations?: Record<string, string>
  readonly labels?: Record<string, string>
  readonly image?: string
}

const template = ({ cpu = '2', annotations = {}, labels = {}, image = 'web:1' }: Claims = {}) => ({
  metadata: { annotations, labels: { app: 'web', ...labels } },
  spec: { containers: [{ name: 'app', image, resources: { requests: { cpu } } }] },
})

/** A Pod of a ReplicaSet of the Deployment `web`, created in that minute. */
function pod(
  name: string,
  minute: number,
  claims: Claims = {},
  { hash = '5d4f8', uid }: { hash?: string; uid?: string } = {},
): ApiPod {
  const { metadata, spec } = template(claims)
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: `web-${hash}`,
    uid: uid ?? `uid-of-${hash}`,
    controller: true,
  }
  return {
    metadata: {
      ...{ ...metadata, name, namespace: 'shop', uid: `uid-of-${name}` },
      labels: { ...metadata.labels, 'pod-template-hash': hash },
      creationTimestamp: `2026-03-01T00:${String(minute).padStart(2, '0')}:00Z`,
      ownerReferences: [owner],
    },
    spec,
  } as ApiPod
}

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', controller: true }

/** A fleet of these Pods, and ReplicaSets by their hashes. */
async function checking(
  t: TestContext,
  pods: readonly ApiPod[],
  replicaSets: Record<string, Claims>,
  above: Record<string, object | undefined> = {},
) {
  const { context, calls } = await controllerContext(t, ({ path, reply }) => {
    const name = path.split('/').at(-1)!
    const hash = name.replace('web-', '')
    if (hash === 'forbidden') return reply(403, failure(403, 'Forbidden'))
    if (!(hash in replicaSets)) return reply(404, failure(404, 'NotFound'))
    const metadata = { name, uid: `uid-of-${hash}`, ownerReferences: [hash in above ? above[hash] : deployment] }
    return reply(200, { metadata, spec: { template: template(replicaSets[hash]) } })
  })
  const fleet = new Fleet('plimsoll')
  fleet.setMode('shop', 'auto')
  fleet.replacePods(
    'shop',
    pods.map((pod) => readFleetPod(pod)),
  )
  const owners = new OwnerChecks({ ...context, fleet })
  await owners.run(SIGNAL)
  const [web] = [...fleet.workloads()].filter(({ workload }) => workload.name === 'web')
  const reads = () => calls.filter(({ path }) => path.includes('/replicasets/')).length
  return { fleet, owners, web: web!, reads }
}

const cpuOf = ({ author }: Pick<FleetWorkload, 'author'>) => readable(author.get('app')!.cpu).request

test('no owner is read while all Pods of a workload agree', async (t) => {
  const { reads, web } = await checking(t, [pod('web-a', 1), pod('web-b', 2)], { '5d4f8': {} })
  assert.equal(reads(), 0)
  assert.equal(cpuOf(web), 2_000_000_000n)
})

test('a Pod that was not created from a template does not count for the workload that it names as its owner', async (t) => {
  const forged: Claims = {
    cpu: '1m',
    image: 'cheap:1',
    annotations: { 'plimsoll.dev/goal': 'savings', 'plimsoll.dev/criticality': 'low' },
    labels: { tier: 'spot' },
  }
  for (const owner of [{}, { uid: 'made-up' }, { hash: 'gone' }]) {
    const { web } = await checking(t, [pod('web-a', 1), pod('forged', 2, forged, owner)], { '5d4f8': {} })
    assert.equal(cpuOf(web), 2_000_000_000n, JSON.stringify(owner))
    assert.equal(web.images.get('app'), 'web:1')
    assert.deepEqual([web.goal, web.criticality], [undefined, undefined])
    assert.equal(web.labels.tier, undefined)
  }
})

test('the owner must belong to the workload that the Pod claims', async (t) => {
  const pods = [pod('web-a', 1), pod('other', 2, { cpu: '1m' }, { hash: 'b7c9' })]
  const replicaSets = { '5d4f8': {}, b7c9: { cpu: '1m' } }
  for (const other of [{ ...deployment, kind: 'DaemonSet' }, { ...deployment, name: 'other' }, undefined]) {
    const { web } = await checking(t, pods, replicaSets, { b7c9: other })
    assert.equal(cpuOf(web), 2_000_000_000n, JSON.stringify(other))
  }
})

test('during a rollout, the newest template counts', async (t) => {
  const pods = [pod('web-a', 1), pod('web-b', 2, { cpu: '3' }, { hash: 'b7c9' })]
  const { web, owners, reads } = await checking(t, pods, { '5d4f8': {}, b7c9: { cpu: '3' } })
  assert.equal(cpuOf(web), 3_000_000_000n)
  assert.equal(reads(), 2)
  await owners.run(SIGNAL)
  assert.equal(reads(), 2, 'each Pod is checked once')
})

test('parts that every Pod has and no template has, such as the sidecar of a mesh, do not matter', async (t) => {
  const mesh = { labels: { 'mesh.example.com/injected': 'yes' } }
  const pods = [pod('web-a', 1, mesh), pod('web-b', 2, { ...mesh, cpu: '3' }, { hash: 'b7c9' })]
  const { web } = await checking(t, pods, { '5d4f8': {}, b7c9: { cpu: '3' } })
  assert.equal(cpuOf(web), 3_000_000_000n)
})

test('an owner that cannot be read refutes nobody', async (t) => {
  const pods = [pod('web-a', 1), pod('web-b', 2, { cpu: '3' }, { hash: 'forbidden' })]
  const { web } = await checking(t, pods, { '5d4f8': {} })
  assert.equal(cpuOf(web), 3_000_000_000n)
})

test('a Pod that was created since the last check does not count for the workload', async (t) => {
  const { fleet, owners } = await checking(t, [pod('web-a', 1)], { '5d4f8': {} })
  fleet.putPod(readFleetPod(pod('forged', 2, { cpu: '1m' })))
  const [before] = fleet.workloads()
  assert.deepEqual([cpuOf(before!), before!.isChecked], [2_000_000_000n, true])
  await owners.run(SIGNAL)
  const [after] = fleet.workloads()
  assert.equal(cpuOf(after!), 2_000_000_000n)
})

test('a workload with unchecked Pods is marked', async (t) => {
  const { fleet, owners } = await checking(t, [], {})
  fleet.putPod(readFleetPod(pod('web-a', 1)))
  const isChecked = () => Array.from(fleet.workloads(), (one) => one.isChecked)
  assert.deepEqual(isChecked(), [false])
  await owners.run(SIGNAL)
  assert.deepEqual(isChecked(), [true])
})

test('a Pod whose owner waits for its turn is not checked', async (t) => {
  const forged = Array.from({ length: 30 }, (_, i) => pod(`forged-${i}`, 2, { cpu: '1m' }, { hash: `x${i}` }))
  const { web } = await checking(t, [pod('web-a', 1), ...forged], { '5d4f8': {} })
  assert.deepEqual([cpuOf(web), web.isChecked], [2_000_000_000n, true])
})

test('at most ten owners of a namespace are read in one turn, however many its Pods name', async (t) => {
  const forged = Array.from({ length: 30 }, (_, i) => pod(`forged-${i}`, 2, { cpu: '1m' }, { hash: `x${i}` }))
  const { owners, reads } = await checking(t, [pod('web-a', 1), ...forged], { '5d4f8': {} })
  assert.equal(reads(), 10)
  await owners.run(SIGNAL)
  assert.equal(reads(), 20)
})
