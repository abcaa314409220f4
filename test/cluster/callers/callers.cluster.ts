// Who gets values from the webhook, on a real API server that calls it through its Service: callers of a path with a key that the
// learner maintains, or callers with a client certificate, as in docs/guides/security.md.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import { Rotator, serviceNames } from '../../../src/certificates/index.ts'
import { type KubeObject, SECRETS, WEBHOOK_CONFIGURATIONS } from '../../../src/kube/index.ts'
import { createLogger } from '../../../src/telemetry/index.ts'
import { review, scrape } from '../../webhook/harness.ts'
import { writeApplied } from '../admission/applied.ts'
import { PLACES } from '../certificates/installation.ts'
import { type Certificate, CertificateAuthority, controlPlaneObstacle, until } from '../harness/index.ts'
import { type Administered, startAdministered } from '../support/admin.ts'
import { HttpsClient } from '../support/api.ts'
import { installCrds } from '../support/crds.ts'
import { makeNamespace } from '../support/namespace.ts'
import { type Program, startProgram } from '../support/program.ts'
import { registration } from '../support/registration.ts'

const { namespace: NAMESPACE, secretName, webhookConfiguration } = PLACES
const SERVICE = 'plimsoll'
const HOST = `${SERVICE}.${NAMESPACE}.svc`
const SHOP = 'shop'
const SETTINGS = { namespace: NAMESPACE, certificates: {} }
const CLIENT_NAME = 'kube-apiserver'
/** Webhooks watch the Secret, and API servers watch the webhook configuration. */
const SETTLE_MILLISECONDS = 3_000
const PLAIN = '/mutate/auto'
const KEYED = /^\/mutate\/auto\/[0-9a-f]{40}$/

/** An address of this machine for the endpoints of a Service, which cannot be a loopback address. */
const address = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address
const obstacle = controlPlaneObstacle() ?? (address ? undefined : 'this machine has no address besides loopback')

interface Called extends Program {
  readonly port: number
  readonly opsUrl: string
}

describe('callers of the webhook', { skip: obstacle ?? false }, () => {
  let directory: string
  let clients: CertificateAuthority
  let client: Certificate
  let cluster: Administered
  let webhook: Called

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'plimsoll-callers-'))
    clients = await CertificateAuthority.create(join(directory, 'pki'), 'plimsoll-clients')
    client = await clients.issue('plimsoll-client', { subject: `/CN=${CLIENT_NAME}` })
    const config = documented('config.yaml')
    documented('webhooks.kubeconfig')
    cluster = await startAdministered({ apiserverArgs: [`--admission-control-config-file=${config}`] })
    await installCrds(cluster)
    await makeNamespace(cluster, NAMESPACE)
    await makeNamespace(cluster, SHOP, 'auto')
    await cluster.apply(deployment('true'), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: SERVICE, namespace: NAMESPACE },
      spec: { ports: [{ name: 'webhook', port: 443 }] },
    })
    const containers = [{ name: 'app', cpu: { request: '50m' }, memory: { request: '64Mi' } }]
    await writeApplied(cluster.client, { namespace: SHOP, kind: 'StatefulSet', name: 'db' }, containers)
    webhook = await startWebhook()
    await leadTo(webhook)
    await register()
  })
  after(async () => {
    await cluster?.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  test('a new webhook configuration gets a path with a key, and only reviews at that path get values', async () => {
    const learner = startProgram(cluster, 'learner', ['--host=127.0.0.1', '--ops-port=0'], SETTINGS)
    await until('Pods to be sized', isSized)
    const path = await pathOf()
    assert.match(path, KEYED)
    const authority = await trusted()
    assert.equal(await ask(webhook, path, authority), 'values')
    const other = `${PLAIN}/${'0'.repeat(40)}`
    for (const wrong of [PLAIN, other, path.replace('auto', 'approve').slice(0, -1)]) {
      assert.equal(await ask(webhook, wrong, authority), 'CallerWithoutKey', wrong)
    }
    assert.equal(await ask(webhook, path.replace('auto', 'approve'), authority), 'values')
    assert.doesNotMatch(JSON.stringify(webhook.logs()), new RegExp(path.split('/')[3]!))
    const secret = await cluster.kubectl([
      'get',
      'secret',
      secretName,
      '-n',
      NAMESPACE,
      '--show-managed-fields',
      '-o=json',
    ])
    const managers = (JSON.parse(secret).metadata.managedFields as { manager: string; fieldsV1: object }[])
      .filter(({ fieldsV1 }) => JSON.stringify(fieldsV1).includes('path.keys'))
      .map(({ manager }) => manager)
    assert.deepEqual(managers, ['plimsoll-path'])
    assert.doesNotMatch(JSON.stringify(learner.logs()), new RegExp(path.split('/')[3]!))
    await learner.end()
  })

  test('a key that was removed from the Secret is replaced while Pods are created, and all of them are sized', async (t) => {
    const before = await pathOf()
    const pods = createPods(t)
    await keepPaths(t)
    await cluster.kubectl([
      ...['patch', 'secret', secretName, `--namespace=${NAMESPACE}`, '--type=json'],
      '--patch=[{"op":"remove","path":"/data/path.keys"}]',
    ])
    await until('another key', async () => (await pathOf()) !== before && KEYED.test(await pathOf()))
    await until('the old one to be refused', async () => (await ask(webhook, before)) === 'CallerWithoutKey')
    await pods.stop(t)
  })

  test('a lost serving certificate is issued again, together with the key of the path', async (t) => {
    await keepPaths(t)
    await cluster.client.delete(SECRETS, { namespace: NAMESPACE, name: secretName })
    await until(
      'it to settle',
      async () => (await keysIn()).length === 1 && (await pathOf()).endsWith((await keysIn())[0]!),
    )
    assert.ok(await isSized())
  })

  test('during an upgrade from a version without keys all Pods are sized, and afterwards only reviews with the key get values', async (t) => {
    await cluster.apply(deployment())
    await keepPaths(t)
    // The path in the previous version's chart.
    await until('the plain path', async () => (await pathOf()) === PLAIN)
    const pods = createPods(t)
    assert.ok(await isSized())
    assert.equal(await ask(webhook, PLAIN), 'values')
    await cluster.apply(deployment('true'))
    await until('a path with a key', async () => KEYED.test(await pathOf()))
    await until('the plain one to be refused', async () => (await ask(webhook, PLAIN)) === 'CallerWithoutKey')
    await pods.stop(t)
  })

  test('a path that an upgrade or a person changed is corrected, without a change of the Secret', async (t) => {
    await keepPaths(t)
    const before = [await pathOf(), await keysIn()]
    for (const value of [PLAIN, '/', undefined]) {
      const [op, path] = [value ? 'replace' : 'remove', '/webhooks/0/clientConfig/service/path']
      const patch = JSON.stringify([{ op, path, value }])
      await cluster.kubectl([
        'patch',
        `mutatingwebhookconfiguration/${webhookConfiguration}`,
        '--type=json',
        `--patch=${patch}`,
      ])
      await until('it to be put right', async () => (await pathOf()) === before[0])
    }
    await until('Pods to be sized', isSized)
    assert.deepEqual([await pathOf(), await keysIn()], before)
  })

  test('with --client-ca, only the API server with the certificate of docs/guides/security.md gets values', async () => {
    const asked = await startWebhook(`--client-ca=${clients.certificate}`, `--client-name=${CLIENT_NAME}`)
    await change(asked)
    await until('Pods to be sized', isSized)
    assert.ok((await scrape(asked.opsUrl, 'plimsoll_admission_requests_total{mode="auto",outcome="patched"}')) > 0)
    assert.equal(await scrape(asked.opsUrl, 'plimsoll_admission_strangers_total{lacks="certificate"}'), 0)
    const path = await pathOf()
    assert.equal(await ask(asked, path), 'CallerWithoutCertificate')
    const pair = { cert: readFileSync(client.certificate), key: readFileSync(client.key) }
    assert.equal(await ask(asked, path, undefined, pair), 'values')
    const stranger = await clients.issue('stranger', { subject: '/CN=somebody' })
    const others = { cert: readFileSync(stranger.certificate), key: readFileSync(stranger.key) }
    assert.equal(await ask(asked, path, undefined, others), 'CallerWithoutCertificate')
  })

  test('if the API server has another certificate, every Pod is created as its author wrote it', async () => {
    const other = await CertificateAuthority.create(join(directory, 'other'), 'other')
    const wrong = await startWebhook(`--client-ca=${other.certificate}`)
    await change(wrong)
    await until('Pods to be left alone', async () => !(await isSized()))
    assert.ok((await scrape(wrong.opsUrl, 'plimsoll_admission_strangers_total{lacks="certificate"}')) > 0)
    assert.ok(wrong.logs().some(({ level, lacks }) => level === 'warn' && lacks === 'certificate'))
  })

  test('a webhook does not start with a --client-ca that is not a certificate, and says what it expected', async () => {
    const file = join(directory, 'no.crt')
    writeFileSync(file, 'nonsense')
    const program = startProgram(
      cluster,
      'webhook',
      ['--port=0', '--ops-port=0', `--tls-secret=${secretName}`, `--client-ca=${file}`],
      SETTINGS,
    )
    await until('it to say so', () =>
      program
        .logs()
        .some(({ msg }) => /--client-ca .*no\.crt: expected the certificate of an authority in PEM/.test(msg)),
    )
  })

  /** A file of docs/guides/security.md, with the paths of this machine. */
  function documented(name: string): string {
    const text = readFileSync(join(import.meta.dirname, '../../../docs/guides/security.md'), 'utf8')
    const [, block] = new RegExp(`\`\`\`yaml\n# /etc/kubernetes/admission/${name}[^\n]*\n(.*?)\`\`\``, 's').exec(text)!
    const file = join(directory, name)
    const here = block!
      .replaceAll('/etc/kubernetes/admission/plimsoll-client', join(directory, 'pki', 'plimsoll-client'))
      .replaceAll('/etc/kubernetes/admission', directory)
    writeFileSync(file, here)
    return file
  }

  async function startWebhook(...args: string[]): Promise<Called> {
    const listen = [`--host=${address}`, '--port=0', '--ops-port=0', `--tls-secret=${secretName}`]
    const program = startProgram(cluster, 'webhook', [...listen, ...args], SETTINGS)
    const { url, opsUrl } = (await program.logged('webhook listening')) as unknown as { url: string; opsUrl: string }
    return { ...program, port: Number(new URL(url).port), opsUrl }
  }

  /** Makes the API server call another webhook, and stops the previous one, to which it would keep its connection. */
  async function change(to: Called): Promise<void> {
    await leadTo(to)
    await webhook.end()
    webhook = to
  }

  async function leadTo({ port }: Called): Promise<void> {
    await cluster.apply({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'webhook', namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': SERVICE } },
      addressType: 'IPv4',
      ports: [{ name: 'webhook', port, protocol: 'TCP' }],
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
    })
  }

  /** Registers it as the chart does, without a path and without a caBundle. A failing call refuses the Pod. */
  async function register(): Promise<void> {
    const known = { name: webhookConfiguration, url: '', ca: '', namespace: NAMESPACE }
    const whole = registration({ ...known, failurePolicy: 'Fail', timeoutSeconds: 30 }) as { webhooks: object[] }
    const service = { name: SERVICE, namespace: NAMESPACE, port: 443 }
    await cluster.apply({ ...whole, webhooks: whole.webhooks.map((one) => ({ ...one, clientConfig: { service } })) })
  }

  /** Runs a certificate rotator like a learner until the test ends. */
  async function keepPaths(t: TestContext): Promise<void> {
    const ending = new AbortController()
    const troubles: Error[] = []
    const rotator = new Rotator({
      client: cluster.client,
      places: PLACES,
      names: serviceNames(SERVICE, NAMESPACE),
      identity: 'rotator',
      events: { record: () => {} },
      logger: createLogger('silent'),
      onExpiry: () => {},
      onStep: () => {},
      onTrouble: (error) => troubles.push(error),
      settleMilliseconds: SETTLE_MILLISECONDS,
      lookEveryMilliseconds: 200,
    })
    const running = rotator.run(ending.signal)
    t.after(async () => {
      ending.abort()
      await running
      assert.deepEqual(troubles, [])
    })
  }

  async function pathOf(): Promise<string> {
    type Configuration = KubeObject & { webhooks: { clientConfig: { service: { path?: string } } }[] }
    const { webhooks } = await cluster.client.get<Configuration>(WEBHOOK_CONFIGURATIONS, { name: webhookConfiguration })
    return webhooks[0]!.clientConfig.service.path ?? ''
  }

  async function keysIn(): Promise<string[]> {
    const secret = await cluster.read<{ data: Record<string, string> }>(
      `/api/v1/namespaces/${NAMESPACE}/secrets/${secretName}`,
    )
    return Buffer.from(secret?.data['path.keys'] ?? '', 'base64')
      .toString()
      .split('\n')
      .filter(Boolean)
  }

  /** Certificate authority of the webhook's certificate, in PEM. */
  async function trusted(): Promise<string> {
    const secret = await cluster.read<{ data: Record<string, string> }>(
      `/api/v1/namespaces/${NAMESPACE}/secrets/${secretName}`,
    )
    return Buffer.from(secret!.data['ca.crt']!, 'base64').toString()
  }

  /** Answer of the webhook to a review of a workload with applied values: the values, or the reason for none. */
  async function ask({ port }: Called, path: string, ca?: string, pair: object = {}): Promise<string> {
    const stranger = new HttpsClient(`https://${address}:${port}`, {
      ca: ca ?? (await trusted()),
      servername: HOST,
      ...pair,
    })
    try {
      const answer = await stranger.call('POST', path, review({ namespace: SHOP, object: POD }))
      const { response } = answer.json as {
        response: { allowed: boolean; patch?: string; auditAnnotations: { reasons?: string } }
      }
      assert.equal(response.allowed, true)
      return response.patch ? 'values' : (response.auditAnnotations.reasons ?? 'nothing')
    } finally {
      stranger.close()
    }
  }

  /** Whether a new Pod gets values. @throws if it is refused */
  async function isSized(): Promise<boolean> {
    const { status, text } = await cluster.api.call('POST', `/api/v1/namespaces/${SHOP}/pods?dryRun=All`, POD)
    if (status !== 201) throw new Error(text)
    return (JSON.parse(text) as typeof POD).spec.containers[0]!.resources.requests.cpu === '50m'
  }

  /** Creates Pods one by one until it is stopped. Stopping fails unless all of them were sized. */
  function createPods(t: TestContext) {
    let created = 0
    let stopped = false
    const others: unknown[] = []
    const loop = async () => {
      while (!stopped) {
        created++
        await isSized().then(
          (sized) => sized || others.push('not sized'),
          (error) => others.push(error),
        )
      }
    }
    const running = loop()
    const end = async () => {
      stopped = true
      await running
    }
    t.after(end)
    return {
      async stop(context: TestContext) {
        await end()
        context.diagnostic(`${created} Pods, all of them sized but ${others.length}`)
        assert.ok(created > 20)
        assert.deepEqual(others, [])
      },
    }
  }
})

/** The part of the webhook's Deployment that the learner reads. Its Pods do not run. */
function deployment(acceptsPathKeys?: string) {
  const labels = { app: 'webhook' }
  const annotations = { ...(acceptsPathKeys && { 'plimsoll.dev/accepts-path-keys': acceptsPathKeys }) }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'plimsoll', namespace: NAMESPACE },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      strategy: { type: 'Recreate' },
      template: { metadata: { labels, annotations }, spec: { containers: [{ name: 'webhook', image: 'none' }] } },
    },
  }
}

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'db-0',
    namespace: SHOP,
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: '1', controller: true }],
  },
  spec: { containers: [{ name: 'app', image: 'app', resources: { requests: { cpu: '1', memory: '1Gi' } } }] },
}
