import assert from 'node:assert/strict'
import { mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parseManifests, readManifests } from '../../../src/readers/manifests/manifests.ts'

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a}]}\n'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-manifests-'))
})
after(() => rm(folder, { recursive: true }))

test('several documents in one file have their own places; objects that create no Pods are skipped', () => {
  const { manifests } = parseManifests(
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

test('a list, as `kubectl get -o yaml` prints it, and JSON are also read', () => {
  const pod = (name: string) => ({ kind: 'Pod', metadata: { name }, spec: { containers: [{ name }] } })
  const list = JSON.stringify({ kind: 'List', items: [pod('a'), { kind: 'Service' }, pod('b')] })
  assert.deepEqual(
    parseManifests(list, 'list.json').manifests.map(({ name }) => name),
    ['a', 'b'],
  )
})

test('anchors and merge keys are read as by kubectl', () => {
  const {
    manifests: [manifest],
  } = parseManifests(
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

test("the fields of a container stay in their author's order", () => {
  const {
    manifests: [manifest],
  } = parseManifests(
    'kind: Pod\nmetadata: {name: a}\nspec: {containers: [{image: b, resources: {}, name: a}]}',
    'a.yaml',
  )
  assert.deepEqual(Object.keys(manifest!.template.spec.containers[0]!), ['image', 'resources', 'name'])
})

const MISTAKES: readonly [what: string, text: string, where: string, why: RegExp][] = [
  ['broken YAML', `${POD}---\nkind: Pod\n\tmetadata:\n`, 'a.yaml:7', /^not YAML: Tabs are not allowed as indentation$/],
  ['an alias of nothing', 'kind: Pod\nmetadata: *b\n', 'a.yaml:1', /^not YAML: Unresolved alias/],
  [
    'aliases that multiply',
    `a0: &a0 [x]\n${Array.from({ length: 20 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join('')}`,
    'a.yaml:1',
    /^aliases multiply to more than 1,000,000 values: write fewer$/,
  ],
  ['brackets without end', '['.repeat(50_000), 'a.yaml:1', /^nests deeper than 128 levels$/],
  ['an open quote', `kind: "Pod\n---\n${POD}`, 'a.yaml:2', /^not YAML: Missing closing "quote$/],
  ['a word', 'hello\n', 'a.yaml:1', /^not a Kubernetes object: it has no kind$/],
  ['what a chart says', 'NAME: web\nSTATUS: deployed\n', 'a.yaml:1', /^not a Kubernetes object: it has no kind$/],
  [
    'values of a chart',
    'kind: Deployment\nreplicas: 2\n',
    'a.yaml:1',
    /^Deployment: not a Kubernetes object: it has no metadata$/,
  ],
  [
    'a template of a chart',
    '{{- if .Values.enabled }}\nkind: Deployment\nmetadata:\n  name: {{ include "web.fullname" . }}\n{{- end }}\n',
    'a.yaml:1',
    /^a template that is not rendered: give what `helm template` prints$/,
  ],
  [
    'no name',
    'kind: Pod\nmetadata: {}\nspec: {containers: [{name: a}]}\n',
    'a.yaml:1',
    /^Pod: metadata: expected a name or/,
  ],
  [
    'a name that Kubernetes would not have',
    'kind: Pod\n\nmetadata:\n  name: "\\e[2J"\nspec: {}\n',
    'a.yaml:4',
    /^Pod: metadata\.name: expected a DNS name/,
  ],
  [
    'no containers',
    'kind: CronJob\nmetadata: {name: a}\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers: []\n',
    'a.yaml:8',
    /^CronJob: spec\.jobTemplate\.spec\.template\.spec\.containers: /,
  ],
  [
    'no template',
    'kind: Deployment\nmetadata: {name: a}\nspec:\n  replicas: 1\n',
    'a.yaml:4',
    /^Deployment: spec\.template: /,
  ],
  [
    'a label that is no text',
    `${POD}---\nkind: Job\nmetadata: {name: a}\nspec:\n  template:\n    metadata:\n      labels:\n        version: 1\n    spec: {containers: [{name: a}]}\n`,
    'a.yaml:12',
    /^Job: spec\.template\.metadata\.labels\.version: Invalid input: expected string/,
  ],
  [
    'requests that are none',
    'kind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a\n      resources:\n        requests: lots\n',
    'a.yaml:7',
    /^Pod: spec\.containers\.0\.resources\.requests: .*record/,
  ],
  [
    'a negative count',
    'kind: Deployment\nmetadata: {name: a}\nspec:\n  replicas: -1\n',
    'a.yaml:4',
    /^Deployment: spec\.replicas: /,
  ],
  [
    'a mistake in a list',
    `kind: List\nitems:\n  - kind: Pod\n    metadata: {name: a}\n    spec: {containers: [{name: A}]}\n`,
    'a.yaml:5',
    /^Pod: items\.0\.spec\.containers\.0\.name: expected a DNS label/,
  ],
  [
    'a kind of Kubernetes in another group',
    'apiVersion: batch.volcano.sh/v1alpha1\nkind: Job\nmetadata: {name: train}\nspec: {tasks: [{template: {spec: {containers: [{name: a}]}}}]}\n',
    'a.yaml:1',
    /^"Job\.batch\.volcano\.sh": Plimsoll does not know how this kind creates Pods$/,
  ],
  [
    'another kind with containers',
    'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{image: "web:1"}]}}}\n',
    'a.yaml:1',
    /^"Widget\.example\.com": Plimsoll does not know how this kind creates Pods$/,
  ],
  [
    'a Rollout of a Deployment that is not there',
    'kind: Rollout\nmetadata: {name: web, namespace: shop}\nspec: {workloadRef: {kind: Deployment, name: web}}\n',
    'a.yaml:1',
    /^Rollout shop\/web has the template of "Deployment" shop\/web, which is not among the manifests$/,
  ],
  [
    'an object that is written twice',
    `${POD}---\n${POD}`,
    'a.yaml:1',
    /^Pod default\/a is defined again at a\.yaml:6, which is used instead$/,
  ],
]

for (const [what, text, where, why] of MISTAKES) {
  test(`${what}: it is skipped and named with file, line and reason, and the next document is read`, async () => {
    const { skipped, manifests } = parseManifests(`${text}\n---\n${POD.replace('name: a', 'name: next')}`, 'a.yaml')
    assert.equal(skipped[0]?.where, where)
    assert.match(skipped[0]!.why, why)
    assert.equal(skipped.length, 1)
    assert.equal(manifests.at(-1)?.name, 'next')
    const file = join(folder, 'mistake')
    await writeFile(file, `${POD.replace('name: a', 'name: other')}---\n${text}`)
    assert.equal((await readManifests([file])).skipped.length, 1)
    await assert.rejects(readManifests([file], true), {
      name: 'ManifestError',
      message: /without --strict, they are skipped\):\n.*mistake:\d+: /,
    })
  })
}

test('lines are counted correctly after a broken document', () => {
  const { skipped, manifests } = parseManifests(
    `a: [\n---\n${POD}---\nb: [\n---\nkind: Pod\nmetadata: {name: B}\nspec: {}\n`,
    'a.yaml',
  )
  assert.deepEqual(
    [skipped.map(({ where }) => where), manifests.map(({ where }) => where)],
    [['a.yaml:2', 'a.yaml:9', 'a.yaml:11'], ['a.yaml:3']],
  )
})

test('the time for thousands of broken documents is proportional to their number', () => {
  const start = process.cpuUsage()
  const { skipped } = parseManifests('a: [\n---\n'.repeat(20_000), 'a.yaml')
  assert.equal(skipped.length, 10_001)
  assert.match(skipped.at(-1)!.why, /more than 10,000 documents that are not YAML: this one and the rest are not read/)
  assert.ok(process.cpuUsage(start).user < 10e6)
})

test('null fields count as absent, as in kubectl and the API server', () => {
  const {
    manifests: [manifest],
  } = parseManifests(
    'kind: Deployment\nmetadata: {name: web, namespace: null}\nspec:\n  replicas: null\n  template:\n    metadata: {labels: null}\n' +
      '    spec: {containers: [{name: web, resources: {limits: null, requests: {cpu: null, memory: 1Gi}}}]}\n',
    'a.yaml',
  )
  assert.equal(manifest!.replicas, 1)
  assert.equal(manifest!.namespace, 'default')
  assert.deepEqual(manifest!.template, {
    metadata: {},
    spec: { containers: [{ name: 'web', resources: { requests: { memory: '1Gi' } } }] },
  })
})

test('a Job without a name is shown with its generateName', () => {
  const { manifests } = parseManifests(
    'kind: Job\nmetadata: {generateName: migrate-}\nspec: {template: {spec: {containers: [{name: a}]}}}\n',
    'a.yaml',
  )
  assert.deepEqual(
    manifests.map(({ kind, name }) => [kind, name]),
    [['Job', 'migrate']],
  )
})

test('a Rollout takes the template of the Deployment that it references, in any file', async () => {
  await writeFile(
    join(folder, 'rollout.yaml'),
    'kind: Rollout\nmetadata: {name: web}\nspec: {replicas: 3, workloadRef: {kind: Deployment, name: web}}\n',
  )
  await writeFile(
    join(folder, 'web.yaml'),
    'kind: Deployment\nmetadata: {name: web}\nspec: {replicas: 0, template: {spec: {containers: [{name: web}]}}}\n',
  )
  const { manifests, skipped } = await readManifests([join(folder, 'rollout.yaml'), join(folder, 'web.yaml')])
  assert.deepEqual(skipped, [])
  assert.deepEqual(
    manifests.map(({ kind, replicas, template }) => [kind, replicas, template.spec.containers[0]!.name]),
    [
      ['Rollout', 3, 'web'],
      ['Deployment', 0, 'web'],
    ],
  )
})

test('a chart is recognized, and the message says how to render it', async () => {
  const chart = await mkdtemp(join(folder, 'chart-'))
  await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: web\n')
  await writeFile(join(chart, 'values.yaml'), POD)
  await assert.rejects(readManifests([chart]), {
    message: /no object that creates Pods.*a chart that is not rendered.*helm template/s,
  })
  const pod = join(folder, 'beside.yaml')
  await writeFile(pod, POD)
  assert.deepEqual(
    (await readManifests([chart, pod])).skipped.map(({ where }) => where),
    [chart],
  )
})

test('every common encoding is read', async () => {
  const file = join(folder, 'encoded')
  const text = `# Größe\r\n${POD}`
  for (const bytes of [
    Buffer.from(text),
    Buffer.from(`\ufeff${text}`),
    Buffer.from(`\ufeff${text}`, 'utf16le'),
    Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
    Buffer.from(text, 'utf16le'),
    Buffer.from(text, 'latin1'),
  ]) {
    await writeFile(file, bytes)
    assert.deepEqual(
      (await readManifests([file])).manifests.map(({ name }) => name),
      ['a'],
    )
  }
})

test('an unreadable file of a folder is skipped', async () => {
  const mixed = await mkdtemp(join(folder, 'mixed-'))
  await writeFile(join(mixed, 'a.yaml'), POD)
  await writeFile(join(mixed, 'large.yaml'), '')
  await truncate(join(mixed, 'large.yaml'), 16 * 1024 * 1024 + 1)
  await symlink(join(mixed, 'nothing'), join(mixed, 'dangling.yaml'))
  const { skipped } = await readManifests([mixed])
  assert.deepEqual(
    skipped.map(({ why }) => why.split('.')[0]),
    ['no such file or folder', 'larger than 16 MiB'],
  )
})

async function folderOfTwo(): Promise<string> {
  const two = await mkdtemp(join(folder, 'two-'))
  await writeFile(join(two, 'b.yml'), POD.replace('name: a', 'name: b'))
  await writeFile(join(two, 'a.yaml'), POD)
  await writeFile(join(two, 'notes.txt'), 'not: [yaml')
  return two
}

test('a folder returns its manifests in order of name, and no other files', async () => {
  assert.deepEqual(
    (await readManifests([await folderOfTwo()])).manifests.map(({ name }) => name),
    ['a', 'b'],
  )
})

test('a path that cannot be read, is too large, or has no usable content is reported', async () => {
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
  await truncate(large, 16 * 1024 * 1024 + 1)
  await assert.rejects(readManifests([large]), { message: /large: larger than 16 MiB/ })
  const service = join(folder, 'service')
  await writeFile(service, 'kind: Service\n')
  await assert.rejects(readManifests([service]), {
    message: /service: no object that creates Pods. Expected .*CronJob/,
  })
})
