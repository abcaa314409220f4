// The chart on a real API server without a node: it accepts what the chart renders, and uninstalling removes what was installed.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { CHART } from '../../../scripts/chart/files.ts'
import { type Helm, IMAGE, objectsIn } from '../../chart/helm.ts'
import { VALUE_SETS } from '../../chart/value-sets.ts'
import { type ControlPlane, controlPlaneObstacle, startControlPlane, until } from '../harness/index.ts'
import { awaitServed, deleteCrds } from '../support/crds.ts'
import { makeNamespace } from '../support/namespace.ts'
import { previousChart, previousObstacle } from '../upgrade/previous.ts'
import { FOREIGN_DEFINITIONS } from './foreign.ts'
import { differences, everyObject } from './objects.ts'

const NAMESPACE = 'plimsoll'
const RESTRICTED = 'restricted'
/** Namespaces in which a set of values grants rights. */
const EXPERIMENTS_IN = ['staging', 'load-tests']
const KEPT = ['experiments', 'recommendationcheckpoints', 'recommendations', 'sizingpolicies'].map(
  (plural) => `+ apiextensions.k8s.io/v1 CustomResourceDefinition /${plural}.plimsoll.dev`,
)

interface Way {
  readonly program?: Helm
  readonly args?: readonly string[]
}

/** Ways to install and upgrade. Helm 4 uses server-side apply by default, Helm 3 a three-way merge. */
const WAYS: readonly (readonly [name: string, installing: Way, upgrading: Way])[] = [
  ['Helm 4', { args: ['--server-side=true'] }, {}],
  ['Helm 4, merging', { args: ['--server-side=false'] }, {}],
  ['Helm 3', { program: 'helm3' }, { program: 'helm3' }],
  ['Helm 3, then Helm 4', { program: 'helm3' }, {}],
]

describe('the chart', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: ControlPlane
  before(async () => {
    cluster = await startControlPlane()
    await cluster.apply(...FOREIGN_DEFINITIONS)
    await makeNamespace(cluster, NAMESPACE)
    await makeNamespace(cluster, RESTRICTED)
    for (const namespace of EXPERIMENTS_IN) await makeNamespace(cluster, namespace)
    await cluster.kubectl(['label', 'namespace', RESTRICTED, 'pod-security.kubernetes.io/enforce=restricted'])
    const names = ['servicemonitors', 'prometheusrules'].map((name) => `${name}.monitoring.coreos.com`)
    names.push('issuers.cert-manager.io', 'certificates.cert-manager.io', 'httproutes.gateway.networking.k8s.io')
    await awaitServed(cluster, ...names)
    // The controller creates it later, and it must not count as a remainder of a release.
    for (const namespace of ['default', NAMESPACE, RESTRICTED, ...EXPERIMENTS_IN]) {
      const get = ['get', 'configmap', 'kube-root-ca.crt', `--namespace=${namespace}`]
      await until(`the authority's certificate in ${namespace}`, () => cluster.kubectl(get))
    }
  })
  after(() => cluster?.stop())

  const helm = (command: string, values: object, { program = 'helm', args = [] }: Way = {}, chart = CHART) =>
    cluster[program]([command, 'plimsoll', chart, `--namespace=${NAMESPACE}`, '--values=-', ...args], {
      input: { ...IMAGE, ...values },
    })

  for (const [name, values] of Object.entries(VALUE_SETS)) {
    it(`renders objects that the API server accepts, without unknown fields: ${name}`, async () => {
      const input = await helm('template', values)
      const apply = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '--filename=-', '--output=name']
      const accepted = (await cluster.kubectl(apply, { input })).trim().split('\n')
      assert.equal(accepted.length, objectsIn(input).length)
    })
  }

  it('meets Pod Security "restricted", except with the host network', async () => {
    const dryRun = async (values: object) => {
      const objects = objectsIn(await helm('template', values))
      const test = objects.find(({ kind }) => kind === 'Pod')!
      const templates = objects.filter(({ kind }) => kind === 'Deployment').map(({ spec }) => spec.template)
      assert.equal(templates.length, 3)
      const specs = templates.map(({ spec }) => ({ ...spec, serviceAccountName: 'default' }))
      const pods = [test.spec, ...specs].map((spec, index) => ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `pod-${index}`, namespace: RESTRICTED },
        spec,
      }))
      const input = pods.map((pod) => JSON.stringify(pod)).join('\n---\n')
      await cluster.kubectl(['create', '--dry-run=server', '--filename=-'], { input })
    }
    const dashboard = { enabled: true }
    await dryRun({ dashboard })
    await assert.rejects(
      dryRun({ ...VALUE_SETS["the node's network"], dashboard }),
      /violates PodSecurity "restricted.*host namespaces/s,
    )
  })

  it('lets the learner change only caBundle and the key of the path in the webhook configuration, and lets the webhook change nothing', async () => {
    await helm('install', {})
    const configuration = 'mutatingwebhookconfiguration/plimsoll'
    const patch = async (account: string, path: string, value: unknown) => {
      const patches = JSON.stringify([{ op: 'add', path: `/webhooks/0/${path}`, value }])
      const as = `--as=system:serviceaccount:${NAMESPACE}:${account}`
      await cluster.kubectl(['patch', configuration, '--type=json', `--patch=${patches}`, '--dry-run=server', as])
    }
    const elsewhere = { service: { name: 'other', namespace: 'default', path: '/', port: 443 } }
    const rule = { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'], scope: '*' }
    const changes: readonly (readonly [string, unknown])[] = [
      ['rules/-', rule],
      ['clientConfig', elsewhere],
      ['clientConfig', { url: 'https://elsewhere.example.com' }],
      ['clientConfig/service/name', 'other'],
      ['clientConfig/service/namespace', 'default'],
      ['clientConfig/service/port', 8443],
      ['clientConfig/service/path', '/'],
      ['clientConfig/service/path', `/mutate/approve/${PATH_KEY}`],
      ['clientConfig/service/path', `/mutate/auto/${PATH_KEY}/more`],
      ['clientConfig/service/path', '/mutate/auto/short'],
      ['clientConfig/service/path', `/other/auto/${PATH_KEY}`],
      ['failurePolicy', 'Fail'],
      ['matchPolicy', 'Exact'],
      ['namespaceSelector', {}],
      ['objectSelector', {}],
      ['sideEffects', 'NoneOnDryRun'],
      ['timeoutSeconds', 30],
      ['admissionReviewVersions', ['v1', 'v1beta1']],
      ['reinvocationPolicy', 'Never'],
      ['matchConditions', []],
      ['name', 'other.plimsoll.dev'],
    ]
    // The API server enforces a policy a moment after its creation.
    const holds = () => assert.rejects(patch('plimsoll-learner', 'failurePolicy', 'Fail')).then(() => true)
    await until('the policy to hold', holds)
    for (const [path, value] of changes) {
      await assert.rejects(
        patch('plimsoll-learner', path, value),
        /the learner may change only caBundle and the key in the path/,
        path,
      )
      await assert.rejects(
        patch('plimsoll', path, value),
        /cannot (patch|get) resource "mutatingwebhookconfigurations"/,
        path,
      )
    }
    const whole = (await registration()).webhooks
    const remove = JSON.stringify([{ op: 'remove', path: '/webhooks/1' }])
    const as = `--as=system:serviceaccount:${NAMESPACE}:plimsoll-learner`
    const removing = cluster.kubectl([
      'patch',
      configuration,
      '--type=json',
      `--patch=${remove}`,
      '--dry-run=server',
      as,
    ])
    await assert.rejects(removing, /the learner may neither add nor remove webhooks/)
    await patch('plimsoll-learner', 'clientConfig/caBundle', Buffer.from(CERTIFICATE).toString('base64'))
    await patch('plimsoll-learner', 'clientConfig/service/path', `/mutate/auto/${PATH_KEY}`)
    await patch('plimsoll-learner', 'clientConfig/service/path', '/mutate/auto')
    assert.deepEqual((await registration()).webhooks, whole)
    await writePaths(`/${PATH_KEY}`)
    await patch('plimsoll-learner', 'clientConfig/service/path', `/mutate/auto/${'0'.repeat(32)}`)
    await patch('plimsoll-learner', 'clientConfig/caBundle', Buffer.from(CERTIFICATE).toString('base64'))
    const removal = JSON.stringify([{ op: 'remove', path: '/webhooks/0/clientConfig/service/path' }])
    await assert.rejects(
      cluster.kubectl(['patch', configuration, '--type=json', `--patch=${removal}`, '--dry-run=server', as]),
      /not clientConfig\.service\.path/,
    )
    // The policy does not restrict others, such as helm upgrade.
    await cluster.kubectl([
      ...['patch', configuration, '--type=json', '--dry-run=server'],
      `--patch=${JSON.stringify([{ op: 'add', path: '/webhooks/0/timeoutSeconds', value: 3 }])}`,
    ])
    await cluster.helm(['uninstall', 'plimsoll', `--namespace=${NAMESPACE}`, '--wait'])
    await deleteCrds(cluster)
  })

  for (const [name, installing, upgrading] of WAYS) {
    it(`is installed, upgraded and uninstalled, and leaves only its CRDs (${name})`, async (context) => {
      const program = upgrading.program ?? 'helm'
      for (const one of new Set([installing.program ?? 'helm', program])) {
        context.diagnostic(await cluster[one](['version', '--short']))
      }
      const untouched = await everyObject(cluster)
      const notes = await helm('install', {}, installing)
      assert.match(notes, /kubectl label namespace NAME plimsoll\.dev\/mode=observe/)
      const registered = await registration()
      assert.equal(registered.webhooks.length, 2)

      // Changes by others during the life of a release.
      await awaitServed(cluster, 'recommendations.plimsoll.dev')
      await cluster.apply(RECOMMENDATION)
      const caBundle = Buffer.from(CERTIFICATE).toString('base64')
      await serverSideApply('plimsoll-certificates', {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'MutatingWebhookConfiguration',
        metadata: { name: 'plimsoll' },
        webhooks: registered.webhooks.map(({ name }) => ({ name, clientConfig: { caBundle } })),
      })
      await writePaths(`/${PATH_KEY}`)
      await cluster.kubectl([
        ...['patch', 'lease', 'plimsoll-learner', `--namespace=${NAMESPACE}`, '--type=merge'],
        '--patch={"spec":{"holderIdentity":"plimsoll-a","leaseDurationSeconds":15}}',
      ])

      await helm('upgrade', { replicas: 3, settings: { goal: 'savings' } }, upgrading)
      assert.deepEqual(
        (await registration()).webhooks.map(({ clientConfig }) => clientConfig.caBundle),
        [caBundle, caBundle],
      )
      assert.deepEqual(await paths(), [`/mutate/auto/${PATH_KEY}`, `/mutate/approve/${PATH_KEY}`])
      const manifest = await cluster[program](['get', 'manifest', 'plimsoll', `--namespace=${NAMESPACE}`])
      assert.doesNotMatch(manifest, new RegExp(PATH_KEY))
      const holder = [
        'get',
        'lease',
        'plimsoll-learner',
        `--namespace=${NAMESPACE}`,
        '--output=jsonpath={.spec.holderIdentity}',
      ]
      assert.equal(await cluster.kubectl(holder), 'plimsoll-a')
      const recommendation = [
        'get',
        'rec',
        'deployment-cart',
        '--namespace=default',
        '--output=jsonpath={.spec.workload.name}',
      ]
      assert.equal(await cluster.kubectl(recommendation), 'cart')

      await cluster[program](['uninstall', 'plimsoll', `--namespace=${NAMESPACE}`, '--wait'])
      assert.equal(await cluster.kubectl(recommendation), 'cart')
      await cluster.kubectl(['delete', 'rec', 'deployment-cart', '--namespace=default'])
      const isLeft = (what: readonly string[]) => async () => {
        assert.deepEqual(differences(untouched, await everyObject(cluster)), what)
        return true
      }
      await until('all but the CRDs to go', isLeft(KEPT), { everyMilliseconds: 500 })
      await deleteCrds(cluster)
      await until('the CRDs to go', isLeft([]), { everyMilliseconds: 500 })
    })
  }

  for (const [name, installing, upgrading] of WAYS) {
    const what = `keeps the path that the previous version gave, and then the key that the learner publishes (${name})`
    it(what, { skip: previousObstacle() ?? false }, async () => {
      const program = upgrading.program ?? 'helm'
      const plain = ['/mutate/auto', '/mutate/approve']
      await helm('install', {}, installing, previousChart())
      assert.deepEqual(await paths(), plain)
      const notes = await helm('upgrade', {}, upgrading)
      assert.match(notes, /NEW WITH THIS UPGRADE: Plimsoll changes running Pods\..*settings\.apply\.running=never/s)
      assert.deepEqual(await paths(), plain, 'webhooks of the older version know no other')
      for (const key of [PATH_KEY, '0'.repeat(32)]) {
        await writePaths(`/${key}`)
        assert.doesNotMatch(await helm('upgrade', { replicas: 3 }, upgrading), /NEW WITH THIS UPGRADE/)
        assert.deepEqual(await paths(), [`/mutate/auto/${key}`, `/mutate/approve/${key}`])
      }
      // Server-side apply changes fields of the learner only with --force-conflicts.
      const back = installing.args?.includes('--server-side=true') ? ['--force-conflicts'] : []
      await cluster[program](['rollback', 'plimsoll', '1', `--namespace=${NAMESPACE}`, ...back])
      assert.deepEqual(await paths(), plain)
      await cluster[program](['uninstall', 'plimsoll', `--namespace=${NAMESPACE}`, '--wait'])
      await deleteCrds(cluster)
    })
  }

  it('can be installed again over the CRDs of a previous release, and in another namespace with --take-ownership', async () => {
    await helm('install', {})
    await cluster.helm(['uninstall', 'plimsoll', `--namespace=${NAMESPACE}`, '--wait'])
    await helm('install', {})
    await cluster.helm(['uninstall', 'plimsoll', `--namespace=${NAMESPACE}`, '--wait'])
    const elsewhere = (...args: string[]) =>
      cluster.helm(['install', 'plimsoll', CHART, '--namespace=default', '--values=-', ...args], { input: IMAGE })
    await assert.rejects(elsewhere(), /experiments\.plimsoll\.dev/)
    await elsewhere('--take-ownership')
    await cluster.helm(['uninstall', 'plimsoll', '--namespace=default', '--wait'])
  })

  async function registration() {
    const get = ['get', 'mutatingwebhookconfiguration', 'plimsoll', '--output=json']
    return JSON.parse(await cluster.kubectl(get)) as {
      readonly webhooks: readonly {
        readonly name: string
        readonly clientConfig: { readonly caBundle?: string; readonly service: { readonly path?: string } }
      }[]
    }
  }

  async function paths() {
    return (await registration()).webhooks.map(({ clientConfig }) => clientConfig.service.path)
  }

  /** What the learner publishes. */
  async function writePaths(end: string): Promise<void> {
    await serverSideApply('plimsoll-path', {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'plimsoll' },
      webhooks: ['auto', 'approve'].map((mode) => ({
        name: `${mode}.plimsoll.dev`,
        clientConfig: { service: { path: `/mutate/${mode}${end}` } },
      })),
    })
  }

  async function serverSideApply(manager: string, object: object): Promise<void> {
    const apply = ['apply', '--server-side', '--force-conflicts', `--field-manager=${manager}`, '--filename=-']
    await cluster.kubectl(apply, { input: object })
  }
})

const PATH_KEY = '0123456789'.repeat(4)

const RECOMMENDATION = {
  apiVersion: 'plimsoll.dev/v1alpha1',
  kind: 'Recommendation',
  metadata: { name: 'deployment-cart', namespace: 'default' },
  spec: { workload: { kind: 'Deployment', name: 'cart' } },
}

/** Any certificate, because the API server parses the bundle. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBdjCCAR2gAwIBAgIBATAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDAR0ZXN0MB4X
-----END CERTIFICATE-----
`
