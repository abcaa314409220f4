// A mutating webhook that runs after Plimsoll, on a real API server, which then calls Plimsoll again: the other webhook's values stay.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { json as readJson } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { DECISION_ANNOTATION } from '../../../src/policy/index.ts'
import { WORKLOAD_LABEL } from '../../../src/workloads/index.ts'
import { CertificateAuthority, controlPlaneObstacle, until } from '../harness/index.ts'
import { type Administered, startAdministered } from '../support/admin.ts'
import { makeNamespace } from '../support/namespace.ts'
import { type Plimsoll, startPlimsoll } from '../support/plimsoll.ts'
import { writeApplied } from './applied.ts'
import { dryRunCreate } from './pods.ts'

const NAMESPACE = 'shop'
const LEARNED = [{ name: 'app', cpu: { request: '500m' }, memory: { request: '200Mi', limit: '300Mi' } }]
const AUTHORS = { requests: { cpu: '1', memory: '512Mi' }, limits: { memory: '1Gi' } }

interface Values {
  readonly requests: Record<string, string>
  readonly limits?: Record<string, string>
}

/** What the other webhook does to the resources of a container, by a label of the Pod. */
const DOES: Readonly<Record<string, (resources: Values) => Values>> = {
  sets: ({ requests, limits }) => ({ requests: { ...requests, cpu: '2' }, ...(limits && { limits }) }),
  guarantees: ({ requests }) => ({ requests, limits: { ...requests } }),
  limits: ({ requests, limits }) => ({ requests, limits: { ...limits, cpu: '3' } }),
  nothing: (resources) => resources,
}

interface Seen {
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> }
  readonly spec: { readonly containers: readonly { readonly resources: Values }[] }
}

describe('a webhook after Plimsoll', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: Administered
  let plimsoll: Plimsoll
  let other: Server

  before(async () => {
    cluster = await startAdministered({ controllers: false })
    plimsoll = await startPlimsoll(cluster)
    await makeNamespace(cluster, NAMESPACE, 'auto')
    await writeApplied(cluster.client, { namespace: NAMESPACE, kind: 'Pod', name: 'web' }, LEARNED)
    await until('the webhook to know it', async () => (await plimsoll.webhook.held()) === 1)
    const authority = await CertificateAuthority.create(join(cluster.directory, 'other-pki'), 'other')
    const { certificate, key } = await authority.issue('other', { subject: '/CN=other', names: ['IP:127.0.0.1'] })
    other = await listen(readFileSync(certificate), readFileSync(key))
    await register((other.address() as AddressInfo).port, readFileSync(authority.certificate))
    await until('the API server to call it', async () => (await create('sets')).values.requests.cpu === '2')
  })
  after(async () => {
    other?.close()
    await plimsoll?.stop()
    await cluster?.stop()
  })

  async function register(port: number, ca: Buffer): Promise<void> {
    await cluster.apply({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'zz-other' },
      webhooks: [
        {
          name: 'other.example.com',
          ...{ admissionReviewVersions: ['v1'], sideEffects: 'None', failurePolicy: 'Fail', timeoutSeconds: 10 },
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': NAMESPACE } },
          clientConfig: { url: `https://127.0.0.1:${port}/`, caBundle: ca.toString('base64') },
        },
      ],
    })
  }

  /** Creates a Pod that the other webhook changes, and returns its values and their reasons. */
  async function create(what: string) {
    const metadata = { name: 'next', labels: { [WORKLOAD_LABEL]: 'web', what } }
    const spec = {
      containers: [{ name: 'app', image: 'app', resources: AUTHORS }],
      automountServiceAccountToken: false,
    }
    const { status, text, json } = await dryRunCreate(cluster.api, NAMESPACE, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec,
    })
    assert.equal(status, 201, text)
    const { metadata: seen, spec: made } = json as Seen
    return { values: made.containers[0]!.resources, record: JSON.parse(seen.annotations[DECISION_ANNOTATION]!) }
  }

  test('that sets values wins, and the record says so', async () => {
    const { values, record } = await create('sets')
    assert.deepEqual(values, { requests: { cpu: '2', memory: '200Mi' }, limits: { memory: '300Mi' } })
    assert.deepEqual(Object.keys(record.containers.app), ['memory'])
    assert.deepEqual(record.reasons['app.cpu'], ['ChangedAfterPlimsoll'])
  })

  test('that makes Pods Guaranteed keeps every request, to the millicore', async () => {
    const { values, record } = await create('guarantees')
    assert.deepEqual(values.requests, { cpu: '500m', memory: '200Mi' })
    assert.deepEqual(values.limits, values.requests)
    assert.deepEqual(record.containers.app.cpu, { request: ['1', '500m'] })
  })

  test('that adds a limit keeps it', async () => {
    const { values } = await create('limits')
    assert.deepEqual(values, { requests: { cpu: '500m', memory: '200Mi' }, limits: { cpu: '3', memory: '300Mi' } })
  })

  test('that changes nothing has no effect', async () => {
    const { values, record } = await create('nothing')
    assert.deepEqual(values, { requests: { cpu: '500m', memory: '200Mi' }, limits: { memory: '300Mi' } })
    assert.deepEqual(record.reasons, {})
  })
})

async function listen(cert: Buffer, key: Buffer): Promise<Server> {
  const server = createServer({ cert, key }, async (request, response) => {
    const { request: review } = (await readJson(request)) as {
      request: { uid: string; object: Seen & { metadata: { labels?: { what?: string } } } }
    }
    const does = DOES[review.object.metadata.labels?.what ?? 'nothing'] ?? DOES.nothing!
    const patch = review.object.spec.containers.map(({ resources }, i) => ({
      ...{ op: 'replace', path: `/spec/containers/${i}/resources`, value: does(resources) },
    }))
    const answer = {
      uid: review.uid,
      allowed: true,
      patchType: 'JSONPatch',
      patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
    }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
