// Manifests as users have them: exports of a cluster, JSON of programs, older and other kinds, unrendered templates.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { readManifests, workloadOfManifest } from '../../../src/readers/index.ts'
import { workloadKey } from '../../../src/workloads/index.ts'

const CONTAINERS = [{ name: 'app', image: 'x:1', resources: { requests: { cpu: '100m' } } }]
const object = (apiVersion: string, kind: string, name: string, more: object = {}, metadata: object = {}) => ({
  ...{ apiVersion, kind, metadata: { name, namespace: 'shop', ...metadata } },
  spec: { replicas: 2, template: { metadata: { labels: { a: 'b' } }, spec: { containers: CONTAINERS } }, ...more },
})
const DEPLOYMENT = object('apps/v1', 'Deployment', 'web')
const yaml = JSON.stringify(DEPLOYMENT)
const ownedBy = (apiVersion: string, kind: string, name: string) => ({
  ownerReferences: [{ apiVersion, kind, name, controller: true }],
})
const hash = { 'pod-template-hash': '7c5ddbdf54' }
const replicaSet = (replicas: number, name = 'web-7c5ddbdf54') => {
  const template = { metadata: { labels: hash }, spec: { containers: CONTAINERS } }
  return object('apps/v1', 'ReplicaSet', name, { replicas, template }, ownedBy('apps/v1', 'Deployment', 'web'))
}
const pod = (suffix: string, phase = 'Running') => ({
  ...{ apiVersion: 'v1', kind: 'Pod', spec: { containers: CONTAINERS }, status: { phase } },
  metadata: {
    ...{ name: `web-7c5ddbdf54-${suffix}`, namespace: 'shop', labels: hash },
    ...ownedBy('apps/v1', 'ReplicaSet', 'web-7c5ddbdf54'),
  },
})
const list = (...items: readonly object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
const pods = (name: string) =>
  JSON.stringify({ kind: 'Pod', metadata: { name }, spec: { containers: [{ name: 'a' }] } }, null, 2)

/** A file, or files by name; the expected objects, and the expected messages about the rest. */
type Case = readonly [
  what: string,
  files: string | Buffer | Readonly<Record<string, string>>,
  shown: readonly string[],
  ...told: readonly RegExp[],
]

const CASES: readonly Case[] = [
  [
    'a group from before 1.16',
    JSON.stringify(object('extensions/v1beta1', 'Deployment', 'web')),
    ['shop/Deployment/web 2'],
  ],
  [
    'OpenShift: DeploymentConfigs, also without their group',
    list(object('apps.openshift.io/v1', 'DeploymentConfig', 'a'), object('v1', 'DeploymentConfig', 'b')),
    ['shop/DeploymentConfig/a 2', 'shop/DeploymentConfig/b 2'],
  ],
  [
    'a ReplicationController',
    JSON.stringify(object('v1', 'ReplicationController', 'rc')),
    ['shop/ReplicationController/rc 2'],
  ],
  [
    'OpenKruise',
    list(
      object('apps.kruise.io/v1alpha1', 'CloneSet', 'a'),
      object('apps.kruise.io/v1beta1', 'StatefulSet', 'b'),
      object('apps.kruise.io/v1alpha1', 'DaemonSet', 'c'),
    ),
    ['shop/CloneSet/a 2', 'shop/StatefulSet.apps.kruise.io/b 2', 'shop/DaemonSet.apps.kruise.io/c 2'],
  ],
  [
    'a Service of Knative, whose container has no name',
    JSON.stringify(
      object('serving.knative.dev/v1', 'Service', 'hello', { template: { spec: { containers: [{ image: 'x' }] } } }),
    ),
    ['shop/Service.serving.knative.dev/hello 2'],
  ],
  [
    'what kubectl get all prints: what an object makes counts with it',
    list(DEPLOYMENT, replicaSet(2), replicaSet(0, 'web-6b7d9c8f5'), pod('2x8vq'), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
    }),
    ['shop/Deployment/web 2'],
  ],
  [
    'what kubectl get pods prints: Pods of one workload, and none that has ended',
    list(pod('2x8vq'), pod('9mlx4'), pod('abcde', 'Succeeded'), pod('fghij', 'Failed')),
    ['shop/Deployment/web 1', 'shop/Deployment/web 1'],
  ],
  ['what kubectl get rs prints', list(replicaSet(2), replicaSet(0, 'web-6b7d9c8f5')), ['shop/Deployment/web 2']],
  [
    'a DaemonSet from a cluster',
    JSON.stringify({
      ...object('apps/v1', 'DaemonSet', 'd', { replicas: undefined }),
      status: { desiredNumberScheduled: 7 },
    }),
    ['shop/DaemonSet/d 7'],
  ],
  [
    'the list of one kind that the API answers',
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'DeploymentList',
      items: [{ metadata: DEPLOYMENT.metadata, spec: DEPLOYMENT.spec }],
    }),
    ['shop/Deployment/web 2'],
  ],
  [
    'a list in JSON without a kind, with something else in it',
    `[${yaml}, {"op": "replace"}]`,
    ['shop/Deployment/web 2'],
    /:1: not a Kubernetes object: it has no kind/,
  ],
  [
    'several JSON values, a line each',
    `${yaml}\n${JSON.stringify(object('apps/v1', 'Deployment', 'b'))}\n`,
    ['shop/Deployment/web 2', 'shop/Deployment/b 2'],
  ],
  ['several JSON values without a line between them', pods('a') + pods('b'), ['default/Pod/a 1', 'default/Pod/b 1']],
  ['gzip', gzipSync(yaml), ['shop/Deployment/web 2']],
  [
    'a template of OpenShift',
    list(DEPLOYMENT, { apiVersion: 'template.openshift.io/v1', kind: 'Template', objects: [DEPLOYMENT] }),
    ['shop/Deployment/web 2'],
    /a template of OpenShift: give what `oc process` prints/,
  ],
  [
    'variables that are not replaced',
    `${yaml}\n---\nkind: Deployment\nmetadata:\n  name: "\${APP}"\nspec: {}\n---\nkind: Pod\nmetadata: {name: \${APP}}\n`,
    ['shop/Deployment/web 2'],
    /:5: Deployment: metadata\.name: "\$\{APP\}" is a variable that is not replaced yet/,
    /not YAML: .*perhaps because its variables are not replaced yet/,
  ],
  [
    'kinds that create Pods in an unusual way',
    list(
      DEPLOYMENT,
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'WorkflowTemplate',
        metadata: { name: 'w' },
        spec: { templates: [{ container: { image: 'x' } }] },
      },
      { apiVersion: 'tekton.dev/v1', kind: 'Task', metadata: { name: 't' }, spec: { steps: [{ image: 'x' }] } },
      object('keda.sh/v1alpha1', 'ScaledJob', 's'),
    ),
    ['shop/Deployment/web 2'],
    /"WorkflowTemplate\.argoproj\.io": Plimsoll does not know how this kind creates Pods/,
    /"Task\.tekton\.dev"/,
    /"ScaledJob\.keda\.sh"/,
  ],
  [
    'a kustomization, and folders in a folder',
    { 'kustomization.yaml': 'resources: [web.yaml]\n', 'web.yaml': yaml, 'overlays/prod/web.yaml': yaml },
    ['shop/Deployment/web 2'],
    /the folders in it are not read \(overlays\): give them as well/,
    /kustomization\.yaml: a kustomization, .*`kubectl kustomize`/,
  ],
]

function put(t: TestContext, files: Case[1]): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-brought-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const isOne = typeof files === 'string' || Buffer.isBuffer(files)
  const all = isOne ? { 'one.yaml': files } : files
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return isOne ? join(folder, 'one.yaml') : folder
}

for (const [what, files, shown, ...told] of CASES) {
  test(`${what}: read as far as possible, and the rest is named`, async (t) => {
    const { manifests, skipped } = await readManifests([put(t, files)])
    assert.deepEqual(
      manifests.map((one) => `${workloadKey(workloadOfManifest(one))} ${one.replicas}`),
      shown,
    )
    const lines = skipped.map(({ where, why }) => `${where}: ${why}`)
    assert.equal(lines.length, told.length, lines.join('\n'))
    for (const says of told)
      assert.ok(
        lines.some((line) => says.test(line)),
        `${says} in ${lines.join('\n')}`,
      )
  })
}

test('a folder that only contains folders is reported', async (t) => {
  await assert.rejects(readManifests([put(t, { 'base/web.yaml': yaml })]), /the folders in it are not read \(base\)/)
})
