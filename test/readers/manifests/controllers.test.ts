import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { reviewOf } from '../../../src/commands/start/api-server.ts'
import { creatorOf, podOf } from '../../../src/readers/manifests/controllers.ts'
import { parseManifests } from '../../../src/readers/manifests/manifests.ts'
import { parseQuantity } from '../../../src/resources/quantity.ts'
import { identifyWorkload } from '../../../src/workloads/identify.ts'

const ROOT = join(import.meta.dirname, '../../..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** The source of the captured reviews: the same manifests were sent to a real API server with its controllers. */
const { manifests: MANIFESTS } = parseManifests(read('test/cluster/capture/workloads.yaml'), 'workloads.yaml')

const CAPTURED = {
  deployment: 'checkout',
  replicaset: 'legacy-api',
  statefulset: 'orders-db',
  daemonset: 'log-shipper',
  job: 'migrate-2026',
  cronjob: 'report',
  'bare-pod': 'debug-shell',
  'native-sidecar': 'with-sidecar',
  guaranteed: 'guaranteed',
  'limits-only': 'limits-only',
  'best-effort': 'best-effort',
}

for (const [fixture, name] of Object.entries(CAPTURED)) {
  test(`the review of ${fixture} contains only fields that a real API server also sends`, () => {
    const real = JSON.parse(read(`test/fixtures/admission/${fixture}.json`))
    const manifest = MANIFESTS.find((one) => one.name === name)!
    const minutes = Number(/-(\d{8})-$/.exec(real.request.object.metadata.generateName ?? '')?.[1] ?? 0)
    const pod = podOf(manifest, { newUid: () => 'uid', nowSeconds: minutes * 60 + 59 })
    const ours = JSON.parse(JSON.stringify(reviewOf(pod, creatorOf(manifest))))

    // The real one has more tolerations, for conditions of nodes.
    if (fixture === 'daemonset') delete ours.request.object.spec.tolerations
    // Ours has the one group that contains every user.
    assert.ok(real.request.userInfo.groups.includes(...ours.request.userInfo.groups))
    delete ours.request.userInfo.groups
    assertWithin(forgetting(ours), forgetting(real), 'review')
    assertWithin(resourcesIn(real), resourcesIn(ours), 'resources')
    assert.deepEqual(
      identifyWorkload(pod.metadata),
      identifyWorkload(real.request.object.metadata),
      'and the Pod belongs to the same workload',
    )
  })
}

test("an Argo Rollout names its ReplicaSet after the hash in its Pods' label", () => {
  const {
    manifests: [rollout],
  } = parseManifests(
    'kind: Rollout\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web}]}}}\n',
    'rollout.yaml',
  )
  const { metadata } = podOf(rollout!, { newUid: () => 'uid', nowSeconds: 0 })
  assert.match(metadata.generateName!, /^web-[456789bcdf]{6,10}-$/)
  assert.deepEqual(identifyWorkload(metadata), { namespace: 'default', kind: 'Rollout', name: 'web' })
})

test('a StatefulSet mounts its claims as volumes of its first Pod', () => {
  const {
    manifests: [set],
  } = parseManifests(
    `kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  template: {spec: {containers: [{name: db}], volumes: [{name: tmp, emptyDir: {}}]}}
  volumeClaimTemplates: [{metadata: {name: data}}]
`,
    'db.yaml',
  )
  const { spec, metadata } = podOf(set!, { newUid: () => 'uid', nowSeconds: 0 })
  assert.equal(metadata.name, 'db-0')
  assert.deepEqual(spec.volumes, [
    { name: 'tmp', emptyDir: {} },
    { name: 'data', persistentVolumeClaim: { claimName: 'data-db-0' } },
  ])
})

test('another template gets another hash, and the same one the same hash', () => {
  const hashOf = (image: string) => {
    const text = `kind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: a, image: "${image}"}]}}}`
    return podOf(parseManifests(text, 'a.yaml').manifests[0]!, { newUid: () => 'uid', nowSeconds: 0 }).metadata.labels
  }
  assert.deepEqual(hashOf('a:1'), hashOf('a:1'))
  assert.notDeepEqual(hashOf('a:1'), hashOf('a:2'))
})

test('only an image with a mutable tag is always pulled', () => {
  const policyOf = (image: string) => {
    const text = `kind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: "${image}"}]}`
    return podOf(parseManifests(text, 'a.yaml').manifests[0]!, { newUid: () => 'uid', nowSeconds: 0 }).spec
      .containers[0]!.imagePullPolicy
  }
  assert.equal(policyOf('registry.example.com:5000/a'), 'Always')
  assert.equal(policyOf('a:latest'), 'Always')
  assert.equal(policyOf('registry.example.com:5000/a:1.2'), 'IfNotPresent')
  assert.equal(policyOf(`a@sha256:${'0'.repeat(64)}`), 'IfNotPresent')
})

interface ReviewOfPod {
  readonly request: {
    readonly object: { readonly spec: Record<'containers' | 'initContainers', { resources: unknown }[]> }
  }
}

function resourcesIn({ request: { object } }: ReviewOfPod): unknown[] {
  return [...(object.spec.initContainers ?? []), ...object.spec.containers].map(({ resources }) => resources)
}

/** Without parts that differ each time: UIDs, and the hash of the template. */
function forgetting(review: Record<string, unknown>): unknown {
  const text = JSON.stringify(review)
  const hash = /"(?:pod-template-hash|controller-revision-hash)":"([^"]+)"/.exec(text)?.[1]
  return JSON.parse(hash ? text.replaceAll(hash.split('-').at(-1)!, 'HASH') : text, (key, value) =>
    /uid$/.test(key) ? 'UID' : value,
  )
}

function assertWithin(ours: unknown, real: unknown, path: string): void {
  if (Array.isArray(ours) && Array.isArray(real)) {
    for (const [i, item] of ours.entries()) assertWithin(item, real[i], `${path}[${i}]`)
  } else if (typeof ours === 'object' && ours !== null && typeof real === 'object' && real !== null) {
    for (const [key, value] of Object.entries(ours)) {
      assertWithin(value, (real as Record<string, unknown>)[key], `${path}.${key}`)
    }
  } else if (/\.(requests|limits)\./.test(path)) {
    assert.equal(parseQuantity(ours), parseQuantity(real), path)
  } else {
    assert.deepEqual(ours, real, path)
  }
}
