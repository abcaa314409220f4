import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { CHART } from '../../scripts/chart/files.ts'
import { ACCEPTS_PATH_KEYS, parsePathKeys } from '../../src/api/index.ts'
import { loadSettings, parseSettings, Settings } from '../../src/config/index.ts'
import { experimentRights } from '../../src/doctor/experiment-rights.ts'
import type { Right } from '../../src/doctor/facts.ts'
import { requiredRights } from '../../src/doctor/rights.ts'
import { registration } from '../cluster/support/registration.ts'
import { helm, helmObstacle, IMAGE, only, type Rendered, render, template } from './helm.ts'
import { PATH_KEYS, VALUE_SETS } from './value-sets.ts'

const LEARNER = 'plimsoll-learner'

describe('the chart, rendered', { skip: helmObstacle() ?? false }, () => {
  test('passes the linter of helm without a warning', async () => {
    for (const values of [{}, ...Object.values(VALUE_SETS)]) {
      const linted = await helm(['lint', CHART, '--strict', '--values=-'], JSON.stringify({ ...IMAGE, ...values }))
      assert.match(linted, /1 chart\(s\) linted, 0 chart\(s\) failed/)
    }
  })

  test('is the same each time, so that nothing is rolled that has not changed', async () => {
    for (const [name, values] of Object.entries(VALUE_SETS)) {
      const text = await template({ ...IMAGE, ...values })
      // An upgrade is no other rendering than an installation: Argo CD knows only `helm template`.
      assert.equal(await template({ ...IMAGE, ...values }, ['--is-upgrade']), text, name)
    }
  })

  for (const [name, values] of Object.entries(VALUE_SETS)) {
    test(`hands settings to the program that it takes: ${name}`, async (context) => {
      const directory = mkdtempSync(join(tmpdir(), 'plimsoll-chart-'))
      context.after(() => rmSync(directory, { recursive: true, force: true }))
      const objects = await render(values)
      const file = join(directory, 'config.yaml')
      writeFileSync(file, only(objects, 'ConfigMap', nameOf(objects)).data['config.yaml'])
      const { certificates, experiments, ...settings } = loadSettings(file)
      assert.equal(experiments !== undefined, 'experiments' in values)
      const given = 'settings' in values ? (values.settings as object) : {}
      const { certificates: _, ...expected } = Settings.parse({ ...given, namespace: 'plimsoll' })
      assert.deepEqual(settings, expected)
      const mode = 'certificates' in values ? (values.certificates as { mode: string }).mode : 'self-managed'
      assert.equal(certificates!.mode, mode)
      if (mode !== 'self-managed') return
      // What the learner writes is what is registered, served with, and granted.
      assert.equal(certificates!.webhookConfiguration, only(objects, 'MutatingWebhookConfiguration').metadata.name)
      assert.equal(certificates!.serviceName, nameOf(objects))
      assert.ok(containersOf(objects)[0]!.args.includes(`--tls-secret=${certificates!.secretName}`))
    })
  }

  test('gives new settings new Pods, and nothing else does', async () => {
    for (const name of ['plimsoll', LEARNER]) {
      const checksum = async (values: object) =>
        only(await render(values), 'Deployment', name).spec.template.metadata.annotations['checksum/config']
      const usual = await checksum({})
      assert.notEqual(await checksum({ settings: { goal: 'savings' } }), usual)
      assert.equal(await checksum({ replicas: 5, metrics: { dashboard: { enabled: true } } }), usual)
    }
  })

  test("runs as its own user, on OpenShift as the cluster's choice, and always as values say if they say it", async () => {
    const OPENSHIFT = ['--api-versions=security.openshift.io/v1']
    const all = { dashboard: { enabled: true } }
    const contexts = async (values: object, args: string[] = []) => {
      const objects = parseAllDocuments(await template({ ...IMAGE, ...all, ...values }, args)).map((one) => one.toJS())
      const specs = objects.flatMap((one) =>
        one?.kind === 'Deployment' ? [one.spec.template.spec] : one?.kind === 'Pod' ? [one.spec] : [],
      )
      assert.ok(specs.length >= 4)
      assert.equal(new Set(specs.map(({ securityContext }) => JSON.stringify(securityContext))).size, 1)
      return { pod: specs[0].securityContext, container: specs[0].containers[0].securityContext }
    }
    const seccompProfile = { type: 'RuntimeDefault' }
    assert.deepEqual((await contexts({})).pod, {
      ...{ runAsGroup: 65532, runAsNonRoot: true, runAsUser: 65532, seccompProfile },
    })
    assert.deepEqual((await contexts({}, OPENSHIFT)).pod, { runAsNonRoot: true, seccompProfile })
    const own = { podSecurityContext: { runAsUser: 1_000_650_000, runAsGroup: null, fsGroup: 7 } }
    const expected = { fsGroup: 7, runAsNonRoot: true, runAsUser: 1_000_650_000, seccompProfile }
    assert.deepEqual((await contexts(own, OPENSHIFT)).pod, expected)
    assert.deepEqual((await contexts(own)).pod, expected)
    const { container } = await contexts({ securityContext: { capabilities: null, privileged: false } })
    assert.deepEqual(container, { allowPrivilegeEscalation: false, privileged: false, readOnlyRootFilesystem: true })
  })

  test("limits the webhook's heap to half of its memory limit; the learner's supervisor limits the learner's heap", async () => {
    const objects = await render()
    const [webhook, learner] = [...containersOf(objects), ...containersOf(objects, LEARNER)]
    assert.equal(environmentOf(webhook!).NODE_OPTIONS, '--max-old-space-size-percentage=50 --max-semi-space-size=4')
    assert.deepEqual(learner!.args.slice(0, 3), ['supervise', '--', 'learner'])
    assert.equal(environmentOf(learner!).NODE_OPTIONS, undefined)
  })

  test('asks for nothing that Pod Security "restricted" refuses, and can write nowhere', async () => {
    for (const name of ['plimsoll', LEARNER]) {
      const { spec } = only(await render(), 'Deployment', name).spec.template
      assert.equal(spec.securityContext.runAsNonRoot, true)
      assert.deepEqual(spec.securityContext.seccompProfile, { type: 'RuntimeDefault' })
      for (const { securityContext } of spec.containers) {
        assert.deepEqual(securityContext, {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
      }
      assert.deepEqual(spec.volumes, [{ name: 'config', configMap: { name: 'plimsoll' } }])
    }
  })

  test("gives webhook and learner separate Pods, each with its account's token and rights, in every way to install", async () => {
    for (const [name, values] of Object.entries(VALUE_SETS)) {
      const objects = await render(values)
      const release = nameOf(objects)
      const subjects = ['', '-learner'].map((suffix) => {
        const { spec } = only(objects, 'Deployment', release + suffix).spec.template
        assert.equal(spec.automountServiceAccountToken, true, name)
        for (const kind of ['ClusterRoleBinding', 'RoleBinding']) {
          const { roleRef, subjects } = only(objects, kind, release + suffix)
          assert.equal(roleRef.name, release + suffix, name)
          const account = { kind: 'ServiceAccount', name: spec.serviceAccountName, namespace: 'plimsoll' }
          assert.deepEqual(subjects, [account], name)
        }
        assert.equal(spec.containers.length, 1)
        return spec.serviceAccountName
      })
      assert.equal(new Set(subjects).size, 2, name)
    }
  })

  test('gives the webhook nothing that is for the learner: no account of a cloud, no token of a Prometheus', async () => {
    const objects = await render({
      ...VALUE_SETS['everything else'],
      ...VALUE_SETS['Prometheus as the source, with a token'],
    })
    const { spec } = only(objects, 'Deployment', nameOf(objects)).spec.template
    assert.deepEqual(
      spec.volumes.map(({ name }: Rendered) => name),
      ['config'],
    )
    const cloud = await render(VALUE_SETS['everything else'])
    const annotated = cloud.filter(({ kind, metadata }) => kind === 'ServiceAccount' && metadata.annotations)
    assert.deepEqual(
      annotated.map(({ metadata }) => metadata.name),
      ['sizer'],
    )
  })

  test("is found by the webhook's Service alone where it answers, and by another one where it learns", async () => {
    const objects = await render()
    for (const [deployment, expected] of [
      ['plimsoll', ['plimsoll', 'plimsoll-metrics']],
      [LEARNER, [LEARNER]],
    ] as const) {
      const { labels } = only(objects, 'Deployment', deployment).spec.template.metadata
      const found = objects.filter(
        ({ kind, spec }) =>
          kind === 'Service' && Object.entries(spec.selector).every(([name, value]) => labels[name] === value),
      )
      assert.deepEqual(
        found.map(({ metadata }) => metadata.name),
        expected,
      )
    }
    const { replicas } = only(await render({ replicas: 5, learner: { replicas: 1 } }), 'Deployment', LEARNER).spec
    assert.equal(replicas, 1)
  })

  test('admits to each Pod only what it serves, where networkPolicy is enabled', async () => {
    const objects = await render({ networkPolicy: { enabled: true, apiServerCidrs: ['10.0.0.0/8'] } })
    const rules = (name: string) => {
      const { spec } = only(objects, 'NetworkPolicy', name)
      const { labels } = only(objects, 'Deployment', name).spec.template.metadata
      for (const [label, value] of Object.entries(spec.podSelector.matchLabels)) assert.equal(labels[label], value)
      return spec.ingress
    }
    const from = [{ ipBlock: { cidr: '10.0.0.0/8' } }]
    const prometheus = { matchLabels: { 'app.kubernetes.io/name': 'prometheus' } }
    const scrapers = [...from, { namespaceSelector: {}, podSelector: prometheus }]
    assert.deepEqual(rules('plimsoll'), [
      { ports: [{ port: 'webhook' }], from },
      { ports: [{ port: 'ops' }], from: scrapers },
    ])
    assert.deepEqual(rules(LEARNER), [{ ports: [{ port: 'ops-learner' }], from: scrapers }])
  })

  test('admits nobody to the metrics where no scraper is named, rather than everybody', async () => {
    const objects = await render({ networkPolicy: { enabled: true, scrapers: [] } })
    const [, { from }] = only(objects, 'NetworkPolicy', 'plimsoll').spec.ingress
    assert.deepEqual(from, [{ podSelector: { matchLabels: { 'plimsoll.dev/nobody': '' } } }])
  })

  test('registers the webhook as the tests of admission do, but as a Service, ignoring failures, for no mirror Pod', async () => {
    const { webhooks } = only(await render(), 'MutatingWebhookConfiguration')
    const tested = registration({
      name: 'x',
      url: '',
      ca: '',
      namespace: 'plimsoll',
      failurePolicy: 'Ignore',
    }) as Rendered
    for (const [index, { clientConfig, matchConditions, matchPolicy, ...entry }] of webhooks.entries()) {
      const { clientConfig: _, ...expected } = tested.webhooks[index]
      assert.deepEqual(entry, expected)
      const service = { namespace: 'plimsoll', name: 'plimsoll', port: 443 }
      assert.deepEqual(clientConfig, { service }, 'who issues the certificates owns caBundle and path')
      assert.equal(matchPolicy, 'Equivalent')
      assert.match(matchConditions[0].expression, /kubernetes\.io\/config\.mirror/)
    }
  })

  test('trusts an existing certificate by the authority that was given, and lets cert-manager inject its own', async () => {
    const existing = only(
      await render(VALUE_SETS['a certificate that is there already']),
      'MutatingWebhookConfiguration',
    )
    for (const { clientConfig } of existing.webhooks) {
      assert.match(Buffer.from(clientConfig.caBundle, 'base64').toString(), /^-----BEGIN CERTIFICATE-----\n/)
    }
    const objects = await render(VALUE_SETS["cert-manager with the chart's issuer"])
    const { metadata } = only(objects, 'MutatingWebhookConfiguration')
    assert.deepEqual(metadata.annotations, {
      'cert-manager.io/inject-ca-from': 'plimsoll/plimsoll-tls',
      'plimsoll.dev/path-given': 'true',
    })
    const { spec } = only(objects, 'Certificate', 'plimsoll-tls')
    assert.deepEqual(spec.dnsNames, ['plimsoll.plimsoll.svc'])
    assert.ok(containersOf(objects)[0]!.args.includes(`--tls-secret=${spec.secretName}`))
  })

  test('gives the path where nobody else keeps it, with a key if there is one, which webhooks then ask for', async () => {
    const pathsIn = (objects: readonly Rendered[]) =>
      only(objects, 'MutatingWebhookConfiguration').webhooks.map(
        ({ clientConfig }: Rendered) => clientConfig.service.path,
      )
    const usual = await render()
    assert.deepEqual(pathsIn(usual), [undefined, undefined])
    assert.equal(only(usual, 'MutatingWebhookConfiguration').metadata.annotations, undefined)
    const theirs = await render(VALUE_SETS["cert-manager with the chart's issuer"])
    assert.deepEqual(pathsIn(theirs), ['/mutate/auto', '/mutate/approve'])
    assert.ok(!containersOf(theirs)[0]!.args.some((arg) => arg.startsWith('--path-keys')))

    const keyed = await render(VALUE_SETS['strangers kept out'])
    const [newest, older] = PATH_KEYS
    assert.deepEqual(pathsIn(keyed), [`/mutate/auto/${newest}`, `/mutate/approve/${newest}`])
    const { data } = only(keyed, 'Secret', 'plimsoll-path')
    assert.deepEqual(parsePathKeys(Buffer.from(data.keys, 'base64').toString()), [newest, older])
    const { spec, metadata } = only(keyed, 'Deployment', 'plimsoll').spec.template
    const volume = { name: 'path-keys', secret: { secretName: 'plimsoll-path' } }
    assert.deepEqual(spec.volumes.at(-1), volume)
    const { mountPath } = spec.containers[0].volumeMounts.find(({ name }: Rendered) => name === volume.name)
    assert.ok(spec.containers[0].args.includes(`--path-keys=${mountPath}/keys`))
    const other = await render({ ...VALUE_SETS['strangers kept out'], webhook: { pathKeys: [older] } })
    const checksum = 'checksum/path-keys'
    assert.notEqual(
      only(other, 'Deployment', 'plimsoll').spec.template.metadata.annotations[checksum],
      metadata.annotations[checksum],
    )
    // Of all that is rendered, only the Secret and the registration hold it.
    const others = keyed.filter(({ kind }) => !['Secret', 'MutatingWebhookConfiguration'].includes(kind))
    assert.doesNotMatch(JSON.stringify(others), new RegExp(PATH_KEYS.join('|')))
  })

  test('hands the authority of client certificates to the webhook, and rolls it when that changes', async () => {
    const values = VALUE_SETS['strangers kept out'] as { readonly webhook: Readonly<Record<string, unknown>> }
    const objects = await render(values)
    const { args } = containersOf(objects)[0]!
    assert.ok(args.includes('--client-ca=/etc/plimsoll/client-ca.crt'))
    assert.ok(args.includes('--client-name=kube-apiserver'))
    assert.equal(only(objects, 'ConfigMap', 'plimsoll').data['client-ca.crt'], values.webhook.clientCa)
    const annotations = async (clientCa: string) => {
      const rendered = await render({ ...values, webhook: { ...values.webhook, clientCa } })
      return only(rendered, 'Deployment', 'plimsoll').spec.template.metadata.annotations
    }
    const [one, two] = await Promise.all(['a', 'b'].map((text) => annotations(`${values.webhook.clientCa}${text}`)))
    assert.notEqual(one['checksum/client-ca'], two['checksum/client-ca'])
    assert.equal(one['checksum/config'], two['checksum/config'])
  })

  test('tells the learner that the webhook takes keys, on the Deployment that has the name of the Service', async () => {
    for (const values of Object.values(VALUE_SETS)) {
      const objects = await render(values)
      const { metadata } = only(objects, 'Deployment', nameOf(objects)).spec.template
      assert.equal(metadata.annotations[ACCEPTS_PATH_KEYS], 'true')
      const { clientConfig } = only(objects, 'MutatingWebhookConfiguration').webhooks[0]
      assert.equal(clientConfig.service.name, nameOf(objects))
    }
  })

  test('says of each right what it is for, and grants none beyond names where names are known', async () => {
    for (const name of ['clusterrole', 'role', 'experiments']) {
      const text = readFileSync(join(CHART, 'templates', `${name}.yaml`), 'utf8')
      for (const [rule, before] of text.matchAll(/(.*)\n {2}- apiGroups/g)) assert.match(before!, /^ {2}# .*\.$/, rule)
    }
    for (const values of Object.values(VALUE_SETS)) {
      const objects = await render(values)
      const rules = objects.filter(({ kind }) => kind.endsWith('Role')).flatMap((role) => role.rules)
      assert.ok(rules.length >= 8)
      for (const { apiGroups, resources, verbs, resourceNames } of rules) {
        // Autoscalers scale kinds that nobody knows beforehand; a scale subresource has a number and a selector.
        if (resources.includes('*/scale'))
          assert.deepEqual([apiGroups, resources, verbs], [['*'], ['*/scale'], ['get']])
        else for (const all of [apiGroups, resources, verbs]) assert.ok(!all.includes('*'))
        const named = ['secrets', 'leases', 'mutatingwebhookconfigurations'].some((one) => resources.includes(one))
        // The name of what is created is no part of a right.
        const isCreation = resources.join() === 'leases' && verbs.join() === 'create'
        assert.equal(resourceNames !== undefined, named && !isCreation, resources.join())
      }
      const writesRegistration = rules.some(({ resources }) => resources.includes('mutatingwebhookconfigurations'))
      assert.equal(writesRegistration, !('certificates' in values))
    }
  })

  test('grants what the doctor checks for and nothing else, in each mode of certificates', async () => {
    for (const [name, values] of Object.entries(VALUE_SETS)) {
      const objects = await render(values)
      const release = nameOf(objects)
      const settings = parseSettings(only(objects, 'ConfigMap', release).data['config.yaml'], name)
      const checked = requiredRights('plimsoll', release, settings)
      assert.deepEqual(new Set(granted(objects, release)), new Set(checked.webhook.map(spell)), name)
      // The doctor checks no dashboard, for which the learner publishes what runs.
      const published = objects.some(({ metadata }) => metadata.name === `${release}-fleet`)
      const fleet = published ? [`patch /secrets plimsoll/${release}-fleet`] : []
      const learner = new Set([...checked.learner.map(spell), ...fleet])
      assert.deepEqual(new Set(granted(objects, `${release}-learner`)), learner, name)
    }
  })

  test('lets the webhook change nothing, and read no Secret but its certificate', async () => {
    for (const values of Object.values(VALUE_SETS)) {
      const objects = await render(values)
      for (const right of granted(objects, nameOf(objects))) {
        assert.match(right, /^(list|watch) /)
        if (right.includes('/secrets')) assert.match(right, /plimsoll\/(\S+-tls|serving)$/)
      }
    }
  })

  test('reads usage from metrics-server only where there is no Prometheus', async () => {
    const asks = async (values: object) =>
      only(await render(values), 'ClusterRole', LEARNER).rules.some(
        ({ apiGroups }: Rendered) => apiGroups[0] === 'metrics.k8s.io',
      )
    assert.equal(await asks({}), true)
    assert.equal(await asks(VALUE_SETS['Prometheus as the source, with a token']!), false)
  })

  test('reads PersistentVolumes only to count nodes', async () => {
    const asks = async (values: object) =>
      only(await render(values), 'ClusterRole', LEARNER).rules.some(({ resources }: Rendered) =>
        resources.includes('persistentvolumes'),
      )
    assert.equal(await asks({}), false)
    assert.equal(await asks({ settings: { nodesNeeded: { enabled: true } } }), true)
  })

  test('gives the rights of experiments in the namespaces that are named, and nothing in the cluster but status and finalizers', async () => {
    const objects = await render({ experiments: { enabled: true, namespaces: ['staging', 'load-tests'] } })
    const usual = new Set(
      (await render()).map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`),
    )
    const more = objects.filter(({ kind, metadata }) => !usual.has(`${kind} ${metadata.namespace}/${metadata.name}`))
    for (const [kind, namespace] of [['ClusterRole'], ['Role', 'staging'], ['Role', 'load-tests']] as const) {
      const role = more.find((one) => one.kind === kind && one.metadata.namespace === namespace && isExperiments(one))!
      const checked = experimentRights(['staging', 'load-tests']).filter((right) => right.namespace === namespace)
      assert.deepEqual(new Set(rightsOf(role, namespace)), new Set(checked.map(spell)))
    }
    const isForPeople = ({ metadata }: Rendered) => JSON.stringify(metadata.labels).includes('aggregate-to-')
    const roles = more.filter((object) => object.kind.endsWith('Role') && !isForPeople(object))
    assert.deepEqual(roles.map(({ kind, metadata }) => [kind, metadata.namespace]).toSorted(), [
      ['ClusterRole', undefined],
      ['Role', 'load-tests'],
      ['Role', 'staging'],
    ])
    const wide = roles.find(({ kind }) => kind === 'ClusterRole')!
    const writes = wide.rules.filter(({ verbs }: Rendered) =>
      verbs.some((verb: string) => !['get', 'list'].includes(verb)),
    )
    assert.deepEqual(
      writes.flatMap(({ resources }: Rendered) => resources),
      ['experiments', 'experiments/status'],
    )
  })

  test('lets run an experiment only who has the rights that the learner uses for it', async () => {
    const objects = await render({ experiments: { enabled: true } })
    const policy = only(objects, 'ValidatingAdmissionPolicy', 'plimsoll-experiments')
    const CHECK =
      /authorizer\.group\('([^']*)'\)\.resource\('(\w+)'\)\.namespace\(request\.namespace\)\.check\('(\w+)'\)\.allowed\(\)/g
    const asked = policy.spec.validations.flatMap(({ expression }: { expression: string }) =>
      [...expression.matchAll(CHECK)].map(([, group, resource, verb]) => `${verb} ${group}/${resource}`),
    )
    assert.deepEqual(asked.toSorted(), [
      'create /configmaps',
      'create batch/jobs',
      'create k6.io/testruns',
      'patch apps/deployments',
      'patch apps/statefulsets',
      'patch autoscaling/horizontalpodautoscalers',
    ])
  })

  test('lets the learner change only the fields of a workload that a trial changes, and no others', async () => {
    const objects = await render({ experiments: { enabled: true, namespaces: ['staging'] } })
    const policy = only(objects, 'ValidatingAdmissionPolicy', 'plimsoll-experiment')
    const text = policy.spec.validations.map(({ expression }: { expression: string }) => expression).join('\n')
    const exempt = [...text.matchAll(/\b(\S+)\.all\(field, field (in \[[^\]]*\]|== '\w+')/g)].map(
      ([, of, but]) => `${of}: ${but}`,
    )
    const both = (now: string, before: string, but: string) => [`${now}: ${but}`, `${before}: ${but}`]
    assert.deepEqual(exempt, [
      ...both('object.spec', 'oldObject.spec', "in ['replicas', 'template']"),
      ...both('object.spec.template.spec', 'oldObject.spec.template.spec', "== 'containers'"),
      ...both('is', 'was', "in ['resources', 'env', 'args']"),
    ])
  })

  test('names the images of load generators only where they are given', async () => {
    const imagesWith = async (images: object) => {
      const objects = await render({ experiments: { enabled: true, images } })
      const config = objects.find(({ kind, data }) => kind === 'ConfigMap' && data?.['config.yaml'])!
      return parse(config.data['config.yaml']).experiments.images
    }
    assert.deepEqual(await imagesWith({}), {})
    assert.deepEqual(await imagesWith({ k6: 'mirror.example.com/k6@sha256:ab' }), {
      k6: 'mirror.example.com/k6@sha256:ab',
    })
  })

  test('lets people run experiments who may edit workloads, and others see them', async () => {
    const objects = await render({ experiments: { enabled: true } })
    const verbsOf = (role: string) =>
      objects
        .find(
          ({ metadata }) =>
            (metadata.labels as Record<string, string>)?.[`rbac.authorization.k8s.io/aggregate-to-${role}`] &&
            metadata.name.includes('-exp-'),
        )
        ?.rules.flatMap(({ verbs }: Rendered) => verbs)
    assert.deepEqual(verbsOf('view'), ['get', 'list', 'watch'])
    assert.deepEqual(verbsOf('edit'), ['get', 'list', 'watch', 'create', 'delete'])
    assert.equal(verbsOf('admin'), undefined)
  })

  test('brings the CRDs with the release, so that an upgrade changes them, and keeps them when it goes', async () => {
    const definitions = (await render()).filter(({ kind }) => kind === 'CustomResourceDefinition')
    assert.equal(definitions.length, 4)
    for (const { metadata, spec } of definitions) {
      assert.deepEqual(metadata.annotations, { 'helm.sh/resource-policy': 'keep' })
      const file = parse(readFileSync(join(CHART, 'files', 'crds', `${metadata.name}.yaml`), 'utf8'))
      assert.deepEqual(spec, file.spec)
    }
    assert.equal(
      (await render({ crds: { install: false } })).some(({ kind }) => kind === 'CustomResourceDefinition'),
      false,
    )
  })

  test('names everything after the release, also where that is long', async () => {
    const long = `r${'e'.repeat(52)}`
    const text = await template(IMAGE, [], { release: long })
    const names = [...text.matchAll(/^ {2}name: (\S+)$/gm)].map(([, name]) => name!)
    for (const name of names) assert.ok(name.length <= 63, name)
    assert.equal(nameOf(await render({}, { release: 'sizing' })), 'sizing-plimsoll')
  })

  test("keeps two Pods off one node's ports by letting an old one go first", async () => {
    const objects = await render(VALUE_SETS["the node's network"])
    const { spec } = only(objects, 'Deployment', 'plimsoll')
    assert.deepEqual(spec.strategy.rollingUpdate, { maxSurge: 0, maxUnavailable: 1 })
    const usual = only(await render(), 'Deployment', 'plimsoll').spec.strategy.rollingUpdate
    assert.deepEqual(usual, { maxSurge: 1, maxUnavailable: 0 })
    assert.equal(only(objects, 'Deployment', LEARNER).spec.template.spec.hostNetwork, undefined)
    assert.equal(spec.template.spec.dnsPolicy, 'ClusterFirstWithHostNet')
  })
})

function nameOf(objects: readonly Rendered[]): string {
  return only(objects, 'MutatingWebhookConfiguration').metadata.name
}

interface Container {
  readonly name: string
  readonly args: readonly string[]
  readonly env: readonly { readonly name: string; readonly value?: string }[]
}

function containersOf(objects: readonly Rendered[], name = nameOf(objects)): readonly Container[] {
  return only(objects, 'Deployment', name).spec.template.spec.containers
}

function environmentOf({ env }: Container): Record<string, string | undefined> {
  return Object.fromEntries(env.map(({ name, value }) => [name, value]))
}

/** Every right that the Role and the ClusterRole of a name grant, each on its own. */
function granted(objects: readonly Rendered[], name: string): string[] {
  return ['ClusterRole', 'Role'].flatMap((kind) => {
    const namespace = kind === 'Role' ? 'plimsoll' : undefined
    return rightsOf(only(objects, kind, name), namespace)
  })
}

function rightsOf({ rules }: Rendered, namespace: string | undefined): string[] {
  return rules.flatMap(({ apiGroups, resources, verbs, resourceNames = [undefined] }: Rendered) =>
    apiGroups.flatMap((group: string) =>
      resources.flatMap((resource: string) =>
        verbs.flatMap((verb: string) =>
          resourceNames.map((name?: string) => spell({ verb, group, resource, name, namespace })),
        ),
      ),
    ),
  )
}

const isExperiments = ({ metadata }: Rendered) => metadata.name === `${LEARNER}-experiments`

function spell({ verb, group, resource, name = '*', namespace = '*' }: Right): string {
  return `${verb} ${group}/${resource} ${namespace}/${name}`
}
