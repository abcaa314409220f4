import assert from 'node:assert/strict'
import { mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ManifestError, parseManifests, readManifests } from '../../../src/readers/manifests/manifests.ts'

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a}]}\n'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-manifests-'))
})
after(() => rm(folder, { recursive: true }))

test('several documents in one file each tell where they stand; what makes no Pods is passed over', () => {
  const manifests = parseManifests(
    `# shop
kind: Service
metadata: {name: web}
spec: {ports: [{port: 80}]}
---
---
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {replicas: 3, template: {spec: {containers: [{name: web}]}}}
---
kind: CronJob
metadata: {name: report}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: report}]}}}}}
`,
    'shop.yaml',
  )
  assert.deepEqual(
    manifests.map(({ where, kind, namespace, name, replicas }) => [where, kind, namespace, name, replicas]),
    [
      ['shop.yaml:7', 'Deployment', 'shop', 'web', 3],
      ['shop.yaml:11', 'CronJob', 'default', 'report', 1],
    ],
  )
})

test('a list, as `kubectl get -o yaml` prints one, and JSON are read as well', () => {
  const pod = (name: string) => ({ kind: 'Pod', metadata: { name }, spec: { containers: [{ name }] } })
  const list = JSON.stringify({ kind: 'List', items: [pod('a'), { kind: 'Service' }, pod('b')] })
  assert.deepEqual(
    parseManifests(list, 'list.json').map(({ name }) => name),
    ['a', 'b'],
  )
})

test('anchors and merge keys are taken as kubectl takes them', () => {
  const [manifest] = parseManifests(
    `kind: Pod
metadata: {name: a}
spec:
  containers:
    - &first {name: a, image: "a:1"}
    - {<<: *first, name: b}
`,
    'a.yaml',
  )
  assert.deepEqual(manifest!.template.spec.containers, [
    { name: 'a', image: 'a:1' },
    { name: 'b', image: 'a:1' },
  ])
})

test('the fields of a container stay in the order of their author', () => {
  const [manifest] = parseManifests(
    'kind: Pod\nmetadata: {name: a}\nspec: {containers: [{image: b, resources: {}, name: a}]}',
    'a.yaml',
  )
  assert.deepEqual(Object.keys(manifest!.template.spec.containers[0]!), ['image', 'resources', 'name'])
})

const MISTAKES: readonly [what: string, text: string, message: RegExp][] = [
  ['broken YAML', `${POD}---\nkind: Pod\n\tmetadata:\n`, /^a\.yaml:7: not YAML: Tabs are not allowed as indentation\n/],
  ['an alias of nothing', 'kind: Pod\nmetadata: *b\n', /^a\.yaml:1: not YAML: Unresolved alias/],
  [
    'aliases that multiply',
    `a0: &a0 [x]\n${Array.from({ length: 20 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join('')}`,
    /^a\.yaml:1: aliases multiply to more than 1,000,000 values: write fewer\n/,
  ],
  ['brackets without end', '['.repeat(50_000), /^a\.yaml:1: nests deeper than 128 levels\n/],
  ['no name', 'kind: Pod\nspec: {containers: [{name: a}]}\n', /^a\.yaml:1: Pod: metadata: /],
  [
    'a name that Kubernetes would not have',
    'kind: Pod\n\nmetadata:\n  name: "\\e[2J"\nspec: {}\n',
    /^a\.yaml:4: Pod: metadata\.name: expected a DNS name/,
  ],
  [
    'no containers',
    'kind: CronJob\nmetadata: {name: a}\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers: []\n',
    /^a\.yaml:8: CronJob: spec\.jobTemplate\.spec\.template\.spec\.containers: /,
  ],
  [
    'no template',
    'kind: Deployment\nmetadata: {name: a}\nspec:\n  replicas: 1\n',
    /^a\.yaml:\d: Deployment: spec\.template: /,
  ],
  [
    'a label that is no text',
    `${POD}---\nkind: Job\nmetadata: {name: a}\nspec:\n  template:\n    metadata:\n      labels:\n        version: 1\n    spec: {containers: [{name: a}]}\n`,
    /^a\.yaml:12: Job: spec\.template\.metadata\.labels\.version: Invalid input: expected string/,
  ],
  [
    'requests that are none',
    'kind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a\n      resources:\n        requests: lots\n',
    /^a\.yaml:7: Pod: spec\.containers\.0\.resources\.requests: .*record/,
  ],
  [
    'a negative count',
    'kind: Deployment\nmetadata: {name: a}\nspec:\n  replicas: -1\n',
    /^a\.yaml:4: Deployment: spec\.replicas: /,
  ],
  [
    'a mistake in a list',
    `kind: List\nitems:\n  - kind: Pod\n    metadata: {name: a}\n    spec: {containers: [{name: A}]}\n`,
    /^a\.yaml:5: Pod: items\.0\.spec\.containers\.0\.name: expected a DNS label/,
  ],
]

for (const [what, text, message] of MISTAKES) {
  test(`${what}: the error names file, line and field`, () => {
    assert.throws(
      () => parseManifests(text, 'a.yaml'),
      (error) => (error instanceof ManifestError && message.test(error.message) ? true : assert.fail(String(error))),
    )
  })
}

test('a folder gives its manifests in order of name, and nothing else that lies in it', async () => {
  await writeFile(join(folder, 'b.yml'), POD.replace('name: a', 'name: b'))
  await writeFile(join(folder, 'a.yaml'), POD)
  await writeFile(join(folder, 'notes.txt'), 'not: [yaml')
  assert.deepEqual(
    (await readManifests([folder])).map(({ name }) => name),
    ['a', 'b'],
  )
})

test('what cannot be read, is too large, or holds nothing of use is told with its path', async () => {
  const missing = join(folder, 'missing.yaml')
  await assert.rejects(readManifests([missing]), {
    name: 'ManifestError',
    message: /missing\.yaml: no such file or folder/,
  })
  const dangling = join(folder, 'dangling')
  await symlink(missing, dangling)
  await assert.rejects(readManifests([dangling]), { message: /dangling: no such file/ })
  const large = join(folder, 'large')
  await writeFile(large, '')
  await truncate(large, 4 * 1024 * 1024 + 1)
  await assert.rejects(readManifests([large]), { message: /large: larger than 4 MiB/ })
  const service = join(folder, 'service')
  await writeFile(service, 'kind: Service\n')
  await assert.rejects(readManifests([service]), { message: /service: no object that makes Pods. Expected .*CronJob/ })
})

test('a kind of another API group is no kind of Kubernetes', () => {
  const manifest = (apiVersion: string) =>
    `apiVersion: ${apiVersion}\nkind: StatefulSet\nmetadata: {name: db}\nspec: {template: {spec: {containers: [{name: db}]}}}\n`
  assert.equal(parseManifests(manifest('apps/v1'), 'x.yaml').length, 1)
  assert.equal(parseManifests(manifest('apps.kruise.io/v1beta1'), 'x.yaml').length, 0)
})
