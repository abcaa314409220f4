import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diff } from 'node:util'
import fc from 'fast-check'
import { parseAllDocuments, stringify } from 'yaml'
import { editFiles } from '../../src/pull-requests/edit/edit-files.ts'
import { parseHelmValues } from '../../src/pull-requests/edit/helm-values.ts'
import { Manifests } from '../../src/pull-requests/edit/manifests.ts'
import type { WantedValue, WantedWorkload } from '../../src/pull-requests/wanted.ts'

const value = (resource: 'cpu' | 'memory', to: string, more: Partial<WantedValue> = {}): WantedValue => ({
  ...{ container: 'web', isInit: false, section: 'requests', resource, from: undefined, to },
  ...{ confidence: 0.9, why: [], ...more },
})
const wanted = (values: WantedValue[], more: Partial<WantedWorkload> = {}): WantedWorkload => ({
  ...{ workload: { namespace: 'shop', kind: 'Deployment', name: 'web' }, apiVersion: 'apps/v1', values, ...more },
})
const edit = (files: Record<string, string>, ...workloads: WantedWorkload[]) => editUnder('', files, ...workloads)
const editUnder = (path: string, files: Record<string, string>, ...workloads: WantedWorkload[]) => {
  const { files: changed, problems } = editFiles(new Manifests(new Map(Object.entries(files)), path), workloads, [])
  return { changed: Object.fromEntries(changed), problems }
}
/** Lines that differ, with their signs. */
const changes = (before: string, after: string) =>
  diff(before.split('\n'), after.split('\n'))
    .filter(([sign]) => sign !== 0)
    .map(([sign, line]) => `${sign === 1 ? '-' : '+'}${line}`)
/** `diff` counts what is only in the first list as 1. */
const changed = (before: Record<string, string>, values: WantedValue[]) => {
  const { changed: files, problems } = edit(before, wanted(values))
  assert.deepEqual(problems, [])
  return Object.entries(files).flatMap(([path, text]) => changes(before[path]!, text))
}

const HEAD = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n'
const WEB = `# The shop.
${HEAD}spec:
  replicas: 3   # enough
  template:
    spec:
      containers:
      # The server.
      - name: web
        image: shop/web:1   # pinned
        resources:
          requests:
            cpu: 1         # a guess
            memory: '1Gi'
          limits: {memory: 2Gi}
        args: [ "--port=80",   "--verbose" ]
      - name: proxy
        image: proxy
`

test('only the lines of the values change: comments, quotes and spaces stay', () => {
  assert.deepEqual(changed({ 'web.yaml': WEB }, [value('cpu', '250m'), value('memory', '300Mi')]), [
    '-            cpu: 1         # a guess',
    "-            memory: '1Gi'",
    '+            cpu: 250m         # a guess',
    "+            memory: '300Mi'",
  ])
})

test('a value that is equal, in another spelling, is left as it is', () => {
  assert.deepEqual(changed({ 'web.yaml': WEB }, [value('cpu', '1000m'), value('memory', '1024Mi')]), [])
})

test('missing keys are added in the style of their surroundings', () => {
  assert.deepEqual(changed({ 'web.yaml': WEB }, [value('cpu', '2', { section: 'limits' })]), [
    '-          limits: {memory: 2Gi}',
    '+          limits: {memory: 2Gi, cpu: "2"}',
  ])
  assert.deepEqual(changed({ 'web.yaml': WEB }, [value('cpu', '20m', { container: 'proxy' })]), [
    '+        resources:',
    '+          requests:',
    '+            cpu: 20m',
  ])
  const block = WEB.replace('          limits: {memory: 2Gi}\n', '')
  assert.deepEqual(changed({ 'web.yaml': block }, [value('memory', '2Gi', { section: 'limits' })]), [
    '+          limits:',
    '+            memory: 2Gi',
  ])
  for (const [empty, full] of [
    ['resources: {}', 'resources: { requests: { cpu: 20m } }'],
    ['resources:', 'resources: { requests: { cpu: 20m } }'],
    ['resources: null # none', 'resources: { requests: { cpu: 20m } } # none'],
  ]) {
    const text = `${WEB}        ${empty}\n`
    assert.deepEqual(changed({ 'web.yaml': text }, [value('cpu', '20m', { container: 'proxy' })]), [
      `-        ${empty}`,
      `+        ${full}`,
    ])
  }
})

test('a list of containers with a gap is read', () => {
  const text = WEB.replace('      - name: proxy\n', '      -\n      - name: proxy\n')
  assert.deepEqual(changed({ 'web.yaml': text }, [value('cpu', '20m', { container: 'proxy' })]).length, 3)
})

test('line ends of Windows stay', () => {
  const text = WEB.replaceAll('\n', '\r\n')
  const { changed: files } = edit({ 'web.yaml': text }, wanted([value('cpu', '20m', { container: 'proxy' })]))
  assert.equal(files['web.yaml']!.replaceAll('\r\n', '').includes('\n'), false)
})

test('of several documents, only that of the workload changes', () => {
  const other = WEB.replace('name: web,', 'name: other,')
  const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\n'
  const { changed: files } = edit({ 'all.yml': `${other}---\n${service}---\n${WEB}` }, wanted([value('cpu', '250m')]))
  assert.equal(files['all.yml'], `${other}---\n${service}---\n${WEB.replace('cpu: 1 ', 'cpu: 250m ')}`)
})

test('the containers of a CronJob and init containers are found', () => {
  const text = `apiVersion: batch/v1
kind: CronJob
metadata: {name: night}
spec: {jobTemplate: {spec: {template: {spec: {initContainers: [{name: web, resources: {requests: {cpu: 1}}}]}}}}}
`
  const job = { workload: { namespace: 'shop', kind: 'CronJob', name: 'night' }, apiVersion: 'batch/v1' }
  const { changed: files } = edit({ 'a.yaml': text }, wanted([value('cpu', '3m', { isInit: true })], job))
  assert.equal(files['a.yaml'], text.replace('cpu: 1}', 'cpu: 3m}'))
})

test('a Kustomize patch is changed rather than what it patches, and the one of the right namespace', () => {
  const patch = `${HEAD.replace(', namespace: shop', '')}spec: {template: {spec: {containers: [{name: web}]}}}\n`
  const overlay = (namespace: string) => `namespace: ${namespace}\nresources: [../base]\npatches:\n- path: web.yaml\n`
  const files = {
    'base/kustomization.yaml': 'resources: [web.yaml]\n',
    'base/web.yaml': WEB.replace(', namespace: shop', ''),
    'prod/kustomization.yaml': overlay('shop'),
    'prod/web.yaml': patch,
    'test/kustomization.yaml': overlay('shop-test'),
    'test/web.yaml': patch,
  }
  const { changed: edited } = edit(files, wanted([value('cpu', '250m')]))
  assert.deepEqual(edited, {
    'prod/web.yaml': patch.replace('{name: web}]', '{name: web, resources: { requests: { cpu: 250m } }}]'),
  })
  const { 'prod/web.yaml': _gone, 'test/web.yaml': _too, ...shared } = files
  const { problems } = edit(shared, wanted([value('cpu', '250m')]))
  assert.match(problems[0]!, /base\/web.yaml is shared by .*prod.*test.*: add a patch for deployment\/web/)
})

const BARE = WEB.replace(', namespace: shop', '')
const PATCH = `${HEAD.replace(', namespace: shop', '')}spec: {template: {spec: {containers: [{name: web}]}}}\n`
const PATCHED = PATCH.replace('{name: web}]', '{name: web, resources: { requests: { cpu: 250m } }}]')

test('what several overlays share is never changed, however they include it', () => {
  const both = (resource: string) => ({
    'prod/kustomization.yaml': `namespace: shop\nresources: [${resource}]\n`,
    'test/kustomization.yaml': `namespace: shop-test\nresources: [${resource}]\n`,
  })
  const cases: Record<string, Record<string, string>> = {
    'a file in a folder of the base': {
      ...{ ...both('../base'), 'base/kustomization.yaml': 'resources: [app/web.yaml]\n', 'base/app/web.yaml': BARE },
    },
    'through another kustomization': {
      ...{ ...both('../common'), 'common/kustomization.yaml': 'resources: [../base]\n' },
      ...{ 'base/kustomization.yaml': 'resources: [web.yaml]\n', 'base/web.yaml': BARE },
    },
    'a patch that both include': {
      ...{ ...both('../common'), 'common/kustomization.yaml': 'resources: [../base]\npatches: [{path: p.yaml}]\n' },
      ...{ 'common/p.yaml': PATCH, 'base/kustomization.yaml': 'resources: [web.yaml]\n', 'base/web.yaml': BARE },
    },
    'kustomizations with anchors': {
      ...{ 'prod/kustomization.yaml': 'x: &b ../base\nnamespace: shop\nresources: [*b]\n' },
      ...{ 'test/kustomization.yaml': 'x: &b ../base\nresources: [*b]\nnamespace: shop-test\n' },
      ...{ 'base/kustomization.yaml': 'resources: [web.yaml]\n', 'base/web.yaml': BARE },
    },
    'a patch for another name in the same namespace': {
      'prod/kustomization.yaml': 'namespace: shop\nresources: [../base]\n',
      'test/kustomization.yaml':
        'namespace: shop\nnamePrefix: test-\nresources: [../base]\npatches: [{path: p.yaml}]\n',
      ...{ 'test/p.yaml': PATCH, 'base/kustomization.yaml': 'resources: [web.yaml]\n', 'base/web.yaml': BARE },
    },
  }
  for (const [what, files] of Object.entries(cases)) {
    const { changed: edited, problems } = edit(files, wanted([value('cpu', '250m')]))
    assert.deepEqual(edited, {}, what)
    assert.match(problems.join(), /is shared by (prod|test).*, (prod|test).*: add a patch for deployment\/web/, what)
  }
  const [[, files]] = Object.entries(cases) as [[string, Record<string, string>]]
  assert.match(editUnder('base', files, wanted([value('cpu', '250m')])).problems.join(), /is shared by/)
})

const INLINE = `namespace: shop
resources: [../base]
patches:
# More for the shop.
- target: {kind: Deployment, name: web}
  patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: ignored   # the target decides
    spec:
      template:
        spec:
          containers:
          - name: web

            resources:
              requests: {cpu: 1}   # a guess
images:
- name: shop/web
`
const BASE = { 'base/kustomization.yaml': 'resources: [web.yaml, api.yaml]\n', 'base/web.yaml': BARE }

test('a Kustomize patch that is written in the kustomization is changed there', () => {
  for (const text of [INLINE, INLINE.replaceAll('\n', '\r\n'), INLINE.replace('|-', '|')]) {
    const before = { ...BASE, 'prod/kustomization.yaml': text }
    const lines = changed(before, [value('cpu', '250m'), value('memory', '1Gi', { section: 'limits' })])
    const eol = text.includes('\r') ? '\r' : ''
    assert.deepEqual(lines, [
      `-              requests: {cpu: 1}   # a guess${eol}`,
      `+              requests: {cpu: 250m}   # a guess${eol}`,
      `+              limits:${eol}`,
      `+                memory: 1Gi${eol}`,
    ])
  }
})

test('each of several patches in one kustomization is changed, also in the older form', () => {
  const patch = (name: string) =>
    `- |\n  ${PATCH.replace('name: web', `name: ${name}`).trimEnd().replaceAll('\n', '\n  ')}\n`
  const text = `namespace: shop\nresources: [../base]\npatchesStrategicMerge:\n${patch('web')}${patch('api')}`
  const before = { ...BASE, 'base/api.yaml': BARE.replace('name: web', 'name: api'), 'prod/kustomization.yaml': text }
  const api = { workload: { namespace: 'shop', kind: 'Deployment', name: 'api' } }
  const { changed: files, problems } = edit(before, wanted([value('cpu', '250m')]), wanted([value('cpu', '2')], api))
  assert.deepEqual(problems, [])
  const cpu = (one: string) => `{name: web, resources: { requests: { cpu: ${one} } }}`
  const [first, second] = text.split('{name: web}]') as [string, string]
  assert.deepEqual(files, {
    'prod/kustomization.yaml': `${first}${cpu('250m')}]${second}${cpu('"2"')}]${text.split('{name: web}]')[2]}`,
  })
})

test('a patch in a kustomization that cannot be edited, and may set the same values, is named', () => {
  const json = `patches:
- target: {kind: Deployment}
  patch: |-
    - {op: replace, path: /spec/template/spec/containers/0/resources/requests/cpu, value: "1"}
`
  const of = (patches: string) =>
    edit(
      { ...BASE, 'prod/kustomization.yaml': `namespace: shop\nresources: [../base]\n${patches}` },
      wanted([value('cpu', '250m')]),
    )
  const unclear = /prod\/kustomization.yaml \(patches\[0\]\) may set resources of deployment\/web/
  assert.match(of(json).problems.join(), unclear)
  assert.match(
    of(INLINE.slice(INLINE.indexOf('patches:')).replace('name: web}', 'name: we.*}')).problems.join(),
    unclear,
  )
  const quoted = `patches:\n- patch: ${JSON.stringify(PATCH)}\n`
  assert.match(of(quoted).problems.join(), /the patch is not written as a block \(\|\)/)
  for (const harmless of [json.replace('Deployment}', 'StatefulSet}'), json.replace('resources/requests/cpu', 'image')])
    assert.deepEqual(Object.keys(of(harmless).changed), ['base/web.yaml'])
})

test('overlays that name no namespace are told apart by the folder only', () => {
  const files = {
    ...{ 'base/kustomization.yaml': 'resources: [web.yaml]\n', 'base/web.yaml': BARE },
    'prod/kustomization.yaml': 'resources: [../base]\n',
    'test/kustomization.yaml': 'resources: [../base]\npatches: [{path: p.yaml}]\n',
    'test/p.yaml': PATCH,
  }
  const web = wanted([value('cpu', '250m')])
  const { changed: edited, problems } = edit(files, web)
  assert.deepEqual(edited, {})
  assert.match(
    problems.join(),
    /several places \((prod|test)\/.*, (prod|test)\/.*\): give the folder of one with --path/,
  )
  assert.match(editUnder('prod', files, web).problems.join(), /in no YAML file/)
  assert.deepEqual(editUnder('test', files, web), { changed: { 'test/p.yaml': PATCHED }, problems: [] })
})

test('two clusters may have the same namespace: then the folder says which one is meant', () => {
  const files = {
    ...{ 'base/kustomization.yaml': 'resources: [web.yaml]\n', 'base/web.yaml': BARE },
    'eu/kustomization.yaml': 'namespace: shop\nresources: [../base]\npatches: [{path: p.yaml}]\n',
    'us/kustomization.yaml': 'namespace: shop\nresources: [../base]\n',
    'eu/p.yaml': PATCH,
  }
  const web = wanted([value('cpu', '250m')])
  assert.match(edit(files, web).problems.join(), /several places/)
  assert.deepEqual(editUnder('eu', files, web), { changed: { 'eu/p.yaml': PATCHED }, problems: [] })
})

test('a base belongs to the namespace and the name that its overlay gives it', () => {
  const files = {
    ...{ 'base/kustomization.yaml': 'namespace: shop\nresources: [web.yaml]\n', 'base/web.yaml': WEB },
    'test/kustomization.yaml': 'namespace: shop-test\nnamePrefix: a-\nnameSuffix: -b\nresources: [../base]\n',
  }
  assert.match(edit(files, wanted([value('cpu', '250m')])).problems.join(), /in no YAML file/)
  const renamed = { workload: { namespace: 'shop-test', kind: 'Deployment', name: 'a-web-b' } }
  assert.deepEqual(edit(files, wanted([value('cpu', '250m')], renamed)), {
    ...{ changed: { 'base/web.yaml': WEB.replace('cpu: 1 ', 'cpu: 250m ') }, problems: [] },
  })
})

test('kustomizations that include each other are no reason to search forever', () => {
  const files = {
    ...{ 'a/kustomization.yaml': 'resources: [../b, web.yaml]\n', 'b/kustomization.yaml': 'resources: [../a]\n' },
    'a/web.yaml': BARE,
  }
  assert.deepEqual(edit(files, wanted([value('cpu', '250m')])).problems.length, 0)
})

test('Helm values change where a mapping names them, and chart templates are not read as manifests', () => {
  const mapping = parseHelmValues(
    '- {workload: deployment/web, namespace: shop, file: chart/values.yaml, containers: {web: server.resources}}\n',
    'mapping.yaml',
  )
  const entries: [string, string][] = [
    ['chart/values.yaml', 'server:\n  image: web # ours\n  port: 80\n'],
    ['chart/templates/web.yaml', `${HEAD}{{ if .Values.web }}\nspec: {{ toYaml . }}\n{{ end }}`],
  ]
  const files = new Manifests(new Map(entries))
  const { files: edited, problems } = editFiles(files, [wanted([value('cpu', '250m')])], mapping)
  assert.deepEqual(problems, [])
  assert.deepEqual(Object.fromEntries(edited), {
    'chart/values.yaml': 'server:\n  image: web # ours\n  resources:\n    requests:\n      cpu: 250m\n  port: 80\n',
  })
  assert.match(editFiles(files, [wanted([value('cpu', '1')])], []).problems[0]!, /is in no YAML file/)
  const both = wanted([value('cpu', '250m'), value('cpu', '1', { container: 'proxy' })])
  const partly = editFiles(files, [both], mapping)
  assert.equal(partly.files.size, 0)
  assert.match(partly.problems.join(), /--helm-values says no path for the container proxy/)
  assert.throws(() => parseHelmValues('- workload: web', 'mapping.yaml'), /mapping.yaml: .*deployment\/web/s)
})

test('many aliases of one long string cost no more than the string', () => {
  const aliases = Array.from({ length: 600 }, () => '- *long').join('\n')
  const spec = 'spec: {template: {spec: {containers: [{name: web, resources: {requests: {cpu: "1"}}}]}}}'
  const text = `${HEAD}long: &long ${'x'.repeat(1_000_000)}\nagain:\n${aliases}\n${spec}\n`
  const { changed: files, problems } = edit({ 'a.yaml': text }, wanted([value('cpu', '250m')]))
  assert.deepEqual(problems, [])
  assert.match(files['a.yaml']!, /cpu: "?250m"?/)
})

test('what cannot be changed safely is left alone, with the reason', () => {
  const spec = (container: string, more = '') =>
    `${HEAD}${more}spec:\n  template:\n    spec:\n      containers:\n${container}`
  const cases: [string, RegExp][] = [
    [spec('      - {name: web, resources: *small}\n', 'x: &small {requests: {cpu: 1}}\n'), /resources is an alias/],
    [spec('      - {name: web, resources: &r {requests: {cpu: 1}}}\n      - {name: b, resources: *r}\n'), /anchor &r/],
    [spec('      - {name: web, <<: *small}\n', 'x: &small {resources: {requests: {cpu: 1}}}\n'), /comes from a merge/],
    [spec('      - {name: web, resources: {requests: {cpu: [1]}}}\n'), /no single value/],
    [spec('      - {name: web, resources: {requests: {cpu: "{{ .Values.cpu }}"}}}\n'), /no quantity but "{{ .Values/],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Flux
    [spec('      - {name: web, resources: {requests: {cpu: "${WEB_CPU:=500m}"}}}\n'), /no quantity but/],
    [spec('      - name: web\n        resources: {{ toYaml .Values.resources | indent 12 }}\n'), /is a template/],
    [
      `${HEAD}x: &c\n- name: web\n  resources: {requests: {cpu: 1}}\nspec: {template: {spec: {containers: *c}}}\n`,
      /the container web is missing/,
    ],
    [
      `${HEAD}spec: &s\n  template: {spec: {containers: [{name: web, resources: {requests: {cpu: 1}}}]}}\ncopy: *s\n`,
      /would alter something else/,
    ],
    [spec('      - null\n      - {name: other}\n'), /the container web is missing/],
    [spec('      - name: other\n'), /the container web is missing/],
    [`${WEB}---\n${WEB}`, /several documents \(web.yaml, web.yaml\)/],
    [WEB.replace('namespace: shop', 'namespace: other'), /in no YAML file/],
    [WEB.replace('apps/v1', 'example.com/v1'), /in no YAML file/],
  ]
  for (const [text, problem] of cases) {
    const { changed: files, problems } = edit({ 'web.yaml': text }, wanted([value('cpu', '250m')]))
    assert.deepEqual(files, {}, text)
    assert.match(problems.join(), problem)
  }
})

test('however a manifest is written, it reads as expected, and only lines of resources differ', () => {
  const quantity = fc.constantFrom('250m', '2', '300Mi', '1Gi', '0.5')
  const amounts = fc.option(fc.dictionary(fc.constantFrom('cpu', 'memory'), quantity), { nil: undefined })
  const resources = fc.record({ requests: amounts, limits: amounts }, { requiredKeys: [] })
  const values = fc.uniqueArray(
    fc.record({
      section: fc.constantFrom('requests' as const, 'limits' as const),
      resource: fc.constantFrom('cpu' as const, 'memory' as const),
      to: quantity,
    }),
    { selector: ({ section, resource }) => section + resource, minLength: 1 },
  )
  const layout = fc.record({
    indent: fc.integer({ min: 1, max: 6 }),
    indentSeq: fc.boolean(),
    collectionStyle: fc.constantFrom('any' as const, 'flow' as const),
    defaultStringType: fc.constantFrom('PLAIN' as const, 'QUOTE_DOUBLE' as const, 'QUOTE_SINGLE' as const),
  })
  fc.assert(
    fc.property(resources, values, layout, fc.boolean(), (resources, values, layout, isLast) => {
      const container = isLast ? { name: 'web', resources } : { resources, name: 'web', args: ['a', 'b'] }
      const object = (containers: unknown) => ({
        ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } },
        spec: { template: { spec: { containers } } },
      })
      const clean = JSON.parse(JSON.stringify(container))
      const text = stringify(object([clean, { name: 'other' }]), { ...layout, lineWidth: 0 })
      const { changed: files, problems } = edit(
        { 'a.yaml': text },
        wanted(values.map((one) => value(one.resource, one.to, one))),
      )
      assert.deepEqual(problems, [])
      const after = files['a.yaml'] ?? text
      const expected = structuredClone(clean)
      for (const { section, resource, to } of values) {
        expected.resources[section] ??= {}
        const isSame = isEqual(expected.resources[section][resource], to)
        if (!isSame) expected.resources[section][resource] = to
      }
      const [document] = parseAllDocuments(after)
      assert.deepEqual((document as { toJS(): unknown }).toJS(), object([expected, { name: 'other' }]))
      if (layout.collectionStyle === 'any')
        for (const line of changes(text, after))
          assert.match(line, /^[-+]\s*(- )?["']?(resources|requests|limits|cpu|memory|name)\b/)
      const again = edit({ 'a.yaml': after }, wanted(values.map((one) => value(one.resource, one.to, one))))
      assert.deepEqual(again, { changed: {}, problems: [] })
    }),
    { numRuns: 60 },
  )
})

function isEqual(a: string | undefined, b: string): boolean {
  const plain = (text: string | undefined) => (text === '0.5' ? '500m' : text)
  return plain(a) === plain(b)
}
