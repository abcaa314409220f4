// What the API server lets the learner's own account do to running Pods: RBAC and the ValidatingAdmissionPolicy of the chart.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CHART } from '../../../scripts/chart/files.ts'
import { KubeClient, kubeconfigCredentials, PODS } from '../../../src/kube/index.ts'
import { IMAGE } from '../../chart/helm.ts'
import { makePerson } from '../approval/people.ts'
import { type ControlPlane, controlPlaneObstacle, startControlPlane, until } from '../harness/index.ts'
import { makeNamespace } from '../support/namespace.ts'

const RELEASE = 'plimsoll'
const ACCOUNT = 'plimsoll-learner'

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...{ name: 'web', labels: { app: 'web' }, annotations: { owner: 'shop', 'plimsoll.dev/goal': 'savings' } },
    finalizers: ['example.com/kept'],
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: 'x', controller: true }],
  },
  spec: {
    containers: [{ name: 'app', image: 'web:1', resources: { requests: { cpu: '100m', memory: '64Mi' } } }],
    activeDeadlineSeconds: 3600,
  },
}
const RESIZED = { spec: { containers: [{ name: 'app', resources: { requests: { cpu: '50m' } } }] } }
const DECISION = {
  metadata: { annotations: { 'plimsoll.dev/decision': '{"revision":1,"containers":{},"reasons":{}}' } },
}

const FORBIDDEN: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'an image': { spec: { containers: [{ name: 'app', image: 'other:1' }] } },
  'the deadline of the Pod': { spec: { activeDeadlineSeconds: 60 } },
  tolerations: { spec: { tolerations: [{ key: 'spot', operator: 'Exists' }] } },
  'a label': { metadata: { labels: { app: 'other' } } },
  'a label more': { metadata: { labels: { 'plimsoll.dev/inject': 'false' } } },
  'another annotation': { metadata: { annotations: { owner: 'nobody' } } },
  'one more annotation': { metadata: { annotations: { 'plimsoll.dev/apply-running': 'inPlace' } } },
  'an annotation less': { metadata: { annotations: { 'plimsoll.dev/goal': null } } },
  'the finalizers': { metadata: { finalizers: null } },
  'the owners': { metadata: { ownerReferences: null } },
  'the record, and a label beside it': { metadata: { ...DECISION.metadata, labels: { more: 'yes' } } },
}

describe("the learner's own account", { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: ControlPlane
  let kubeconfig: string
  let client: KubeClient

  before(async () => {
    cluster = await startControlPlane({ controllers: false })
    await makeNamespace(cluster, RELEASE)
    await makeNamespace(cluster, 'shop', 'auto')
    await makeNamespace(cluster, 'elsewhere')
    const install = ['template', RELEASE, CHART, `--namespace=${RELEASE}`, '--values=-']
    const manifests = await cluster.helm(install, { input: JSON.stringify(IMAGE) })
    await cluster.kubectl(['apply', '--server-side', '-f', '-'], { input: manifests })
    for (const namespace of ['shop', 'elsewhere'])
      await cluster.apply({ ...POD, metadata: { ...POD.metadata, namespace } })
    kubeconfig = (await makePerson(cluster, RELEASE, ACCOUNT, [])).kubeconfig
    client = new KubeClient({ credentials: await kubeconfigCredentials(kubeconfig), version: 'test' })
    // The API server does not report when it begins to enforce a policy.
    await until('the policy to be enforced', async () => (await refusal(FORBIDDEN['a label']!)) !== undefined)
  })
  after(async () => {
    client?.close()
    await cluster?.stop()
  })

  /** Message with which the API server refuses a patch; undefined if it accepts it. */
  async function refusal(
    patch: Readonly<Record<string, unknown>>,
    namespace = 'shop',
    subresource?: 'resize',
  ): Promise<string | undefined> {
    return await client
      .strategicPatch(PODS, { namespace, name: 'web', ...(subresource && { subresource }) }, patch, { dryRun: true })
      .then(
        () => undefined,
        (error: Error) => error.message,
      )
  }

  test('may write the record of its decision, and resize', async () => {
    assert.equal(await refusal(DECISION), undefined)
    assert.equal(await refusal({ metadata: { annotations: { 'plimsoll.dev/decision': null } } }), undefined)
    assert.equal(await refusal(RESIZED, 'shop', 'resize'), undefined)
  })

  for (const [what, patch] of Object.entries(FORBIDDEN)) {
    test(`may not change ${what}`, async () => {
      assert.match((await refusal(patch)) ?? 'taken', /the learner may (not )?change/)
    })
  }

  test('may change nothing in a namespace that has not opted in', async () => {
    const message = /only in namespaces with the label plimsoll.dev\/mode/
    assert.match((await refusal(DECISION, 'elsewhere')) ?? 'taken', message)
    assert.match((await refusal(RESIZED, 'elsewhere', 'resize')) ?? 'taken', message)
  })

  test('may not change anything else together with a resize', async () => {
    const label = { ...RESIZED, metadata: { labels: { more: 'yes' } } }
    const annotation = { ...RESIZED, metadata: { annotations: { owner: 'nobody' } } }
    for (const patch of [label, annotation]) {
      const message = await refusal(patch, 'shop', 'resize')
      // A server may ignore the metadata of a resize instead.
      if (message !== undefined) assert.match(message, /the learner may (not )?change|Forbidden|Invalid/)
    }
  })

  test('may not delete, create, evict or bind Pods, or change their status', async () => {
    const can = async (verb: string, resource: string) =>
      (
        await cluster
          .kubectl(['auth', 'can-i', verb, ...spelled(resource), '--namespace=shop', `--kubeconfig=${kubeconfig}`])
          .catch(() => 'no')
      ).trim()
    for (const [verb, resource] of [
      ['delete', 'pods'],
      ['create', 'pods'],
      ['update', 'pods'],
      ['create', 'pods/eviction'],
      ['create', 'pods/binding'],
      ['patch', 'pods/status'],
      ['patch', 'pods/ephemeralcontainers'],
    ] as const)
      assert.equal(await can(verb, resource), 'no', `${verb} ${resource}`)
    for (const resource of ['pods', 'pods/resize']) assert.equal(await can('patch', resource), 'yes', resource)
  })
})

/** Arguments for `kubectl auth can-i`, in which a slash would introduce the name of an object. */
function spelled(resource: string): readonly string[] {
  const [plural = '', subresource] = resource.split('/')
  return [plural, ...(subresource ? [`--subresource=${subresource}`] : [])]
}
