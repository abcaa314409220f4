// The webhook's certificates on a real API server: from nothing, through renewals, damage and races, while somebody is
// always connecting.
import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { after, before, describe, type TestContext, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { Rotator, type RotatorOptions, serviceNames } from '../../../src/certificates/index.ts'
import { issueAuthority, issueServing, type PemPair } from '../../../src/certificates/issue.ts'
import { AUTHORITY_MILLISECONDS, SERVING_MILLISECONDS, validFor } from '../../../src/certificates/lifetimes.ts'
import {
  EventRecorder,
  KubeClient,
  type KubeObject,
  kubeconfigCredentials,
  SECRETS,
  TokenBucket,
} from '../../../src/kube/index.ts'
import { createLogger } from '../../../src/telemetry/index.ts'
import { DAMAGE, DAY } from '../../certificates/world.ts'
import { type ControlPlane, controlPlaneObstacle, until } from '../harness/index.ts'
import { type Administered, startAdministered } from '../support/admin.ts'
import { type Program, startProgram } from '../support/program.ts'
import {
  bundleOf,
  handshake,
  NAMESPACE,
  PLACES,
  plant,
  prepare,
  readPair,
  register,
  SERVICE,
  SETTINGS,
  SHOP,
  shakeHands,
} from './installation.ts'

const YEAR = 365 * DAY
const NAMES = serviceNames(SERVICE, NAMESPACE)
const SETTLE_MILLISECONDS = 1_500
/** What the rotator and the webhook need, by resource; each rule for one name alone. */
const RULES = [
  {
    apiGroups: [''],
    resources: ['secrets'],
    resourceNames: [PLACES.secretName],
    verbs: ['get', 'list', 'watch', 'create', 'patch'],
  },
  { apiGroups: [''], resources: ['secrets'], resourceNames: [PLACES.caSecretName], verbs: ['get', 'create', 'patch'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
  {
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    resourceNames: ['plimsoll-certificates'],
    verbs: ['get', 'update'],
  },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
]
const CLUSTER_RULES = [
  {
    apiGroups: ['admissionregistration.k8s.io'],
    resources: ['mutatingwebhookconfigurations'],
    resourceNames: [PLACES.webhookConfiguration],
    verbs: ['get', 'patch'],
  },
]

describe('certificates', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: Administered
  let webhook: Program
  let port: string
  let opsUrl: string

  before(async () => {
    cluster = await startAdministered()
    await prepare(cluster)
    await grant(cluster)
    webhook = startProgram(
      cluster,
      'webhook',
      ['--host=127.0.0.1', '--port=0', '--ops-port=0', `--tls-secret=${PLACES.secretName}`],
      SETTINGS,
    )
    const line = (await webhook.logged('webhook listening')) as unknown as { url: string; opsUrl: string }
    port = new URL(line.url).port
    opsUrl = line.opsUrl
  })
  after(() => cluster?.stop())

  const readiness = async () => (await (await fetch(`${opsUrl}/readyz`)).json()) as { ready: boolean; missing?: object }
  const isReady = async () => (await readiness()).ready

  test('a webhook that is there before its Secret waits for it, and is not ready', async () => {
    const why = 'there is no Secret plimsoll/plimsoll-tls yet: the learner, or cert-manager, makes it'
    await until('it to wait for nothing else', async () =>
      isDeepStrictEqual((await readiness()).missing, { certificate: why }),
    )
    assert.deepEqual(
      webhook.logs().filter(({ level }) => level === 'error'),
      [],
    )
  })

  test('a learner makes the certificates as soon as the webhook is registered, and the API server calls it', async () => {
    const learner = startProgram(cluster, 'learner', ['--ops-port=0', '--host=127.0.0.1'], SETTINGS)
    const { opsPort } = await learner.logged('waiting to lead')
    await assert.rejects(readPair(cluster.client, PLACES.secretName), { status: 404 })
    await register(cluster, `https://127.0.0.1:${port}`, 30)
    await until('the webhook to be ready', isReady)
    await until('Pods to be admitted', () => admitPod())
    await handshake(port, await bundleOf(cluster.client))
    const expiry =
      new X509Certificate((await readPair(cluster.client, PLACES.secretName)).cert).validToDate.getTime() / 1000
    await until('it to be told in the metrics of both', async () => {
      const of = async (url: string) => await (await fetch(`${url}/metrics`)).text()
      const told = await of(`http://127.0.0.1:${opsPort}`)
      return (
        /plimsoll_certificates_issued_total\{what="serving",repair="false"\} 1/.test(told) &&
        told.includes(`certificate="serving"} ${expiry}`) &&
        (await of(opsUrl)).includes(`plimsoll_certificate_expiry_timestamp_seconds ${expiry}`)
      )
    })
    await learner.end()
  })

  test('with the rights of the chart alone, a leaf and then its authority are renewed under traffic; no handshake fails', async (t) => {
    const old = await plantAged()
    const troubles: Error[] = []
    const restricted = { identity: 'restricted', client: await restrictedClient(t), settleMilliseconds: 5_000 }
    await startRotator(t, restricted, troubles)
    const hands = shakeHands(cluster.client, port)
    t.after(() => hands.stop())
    await until('the old leaf to be served', () => hands.served.has(old.serial))
    const pods = createPods(t)
    await until('another authority to sign', async () => {
      const leaf = new X509Certificate((await readPair(cluster.client, PLACES.secretName)).cert)
      return !leaf.verify(new X509Certificate(old.authority.cert).publicKey)
    })
    const { serialNumber } = new X509Certificate((await readPair(cluster.client, PLACES.secretName)).cert)
    await until('the new leaf to be served', () => hands.served.has(serialNumber))
    await hands.more(50)
    await hands.stop()
    const { refused, created } = await pods.stop()
    t.diagnostic(
      `${hands.count} handshakes, ${hands.failures.length} failed, ${hands.slow} slowly; ${created} Pods created, ${refused.length} refused`,
    )
    assert.deepEqual(hands.failures, [])
    assert.deepEqual(refused, [])
    assert.ok(created > 0)
    assert.deepEqual(troubles, [])
    const trusted = await bundleOf(cluster.client)
    assert.equal(trusted.match(/BEGIN/g)!.length, 2, 'old and new overlap')
    assert.match(await cluster.kubectl(['events', '-n', NAMESPACE]), /CertificateIssued.*authority.*two thirds/)
    const managers = await cluster.kubectl([
      'get',
      'mutatingwebhookconfiguration',
      'plimsoll',
      '--show-managed-fields',
      '-o=json',
    ])
    const fields = (JSON.parse(managers).metadata.managedFields as { manager: string; fieldsV1: object }[]).find(
      ({ manager }) => manager === 'plimsoll-certificates',
    )
    const owned = JSON.stringify(fields!.fieldsV1).match(/f:\w+/g)
    assert.deepEqual([...new Set(owned)].sort(), ['f:caBundle', 'f:clientConfig', 'f:name', 'f:webhooks'])
  })

  test('anything damaged is repaired while webhooks keep serving, and an Event says so', async (t) => {
    const troubles: Error[] = []
    await startRotator(t, { identity: 'healer' }, troubles)
    await until('everything to be well', () => isWell())
    const hands = shakeHands(cluster.client, port)
    t.after(() => hands.stop())
    const other = await issueAuthority('other', validFor(AUTHORITY_MILLISECONDS, Date.now()))
    for (const name of [PLACES.secretName, PLACES.caSecretName]) {
      for (const [what, damage] of Object.entries(DAMAGE)) {
        const pair = await readPair(cluster.client, name)
        const { cert, key } = damage(pair, other)
        const ca = Buffer.from(pair.data['ca.crt'] ?? '', 'base64').toString()
        // The API server itself refuses a Secret of this type without both keys, so they are there, if empty.
        await plant(cluster.client, name, { 'tls.crt': cert, 'tls.key': key, ...(ca && { 'ca.crt': ca }) })
        await until(`${name} to heal: ${what}`, () => isWell())
        await hands.more()
        assert.deepEqual(hands.failures, [], `${name}: ${what}`)
        assert.ok(await isReady(), `${name}: ${what}`)
      }
      await cluster.client.delete(SECRETS, { namespace: NAMESPACE, name })
      await until(`${name} to be there again`, () => isWell())
    }
    await hands.more()
    await hands.stop()
    t.diagnostic(
      `${hands.count} handshakes, ${hands.failures.length} failed, ${hands.slow} slowly; served by ${hands.served.size} certificates`,
    )
    assert.deepEqual(hands.failures, [])
    assert.match(
      await cluster.kubectl(['events', '-n', NAMESPACE]),
      /Warning\s+CertificateRepaired\s+Secret\/plimsoll-tls\s+A new serving certificate was issued, because of the one before: tls.key does not belong/,
    )
    assert.deepEqual(troubles, [])
  })

  test('a bundle that somebody emptied is published again', async (t) => {
    await startRotator(t, { identity: 'publisher' })
    await cluster.kubectl([
      'patch',
      'mutatingwebhookconfiguration',
      'plimsoll',
      '--type=json',
      '-p',
      JSON.stringify([0, 1].map((i) => ({ op: 'replace', path: `/webhooks/${i}/clientConfig/caBundle`, value: '' }))),
    ])
    await until('it to be trusted again', async () => await handshake(port, await bundleOf(cluster.client)))
  })

  test('of two rotators that race for everything at once, one issues', async (t) => {
    const steps: string[] = []
    const troubles: Error[] = []
    const onStep = ({ what }: { what: string }) => void steps.push(what)
    for (const identity of ['a', 'b']) {
      await startRotator(
        t,
        { identity, onStep, lookEveryMilliseconds: 20, client: await restrictedClient(t) },
        troubles,
      )
    }
    await until('everything to be well', () => isWell())
    for (let round = 0; round < 3; round++) {
      steps.length = 0
      // The authority first: where it alone is there, it rightly signs what is missing.
      for (const name of [PLACES.caSecretName, PLACES.secretName]) {
        await cluster.client.delete(SECRETS, { namespace: NAMESPACE, name })
      }
      await until('everything to be there again', async () => (await isWell()) && steps.length >= 3)
      assert.deepEqual(steps.sort(), ['authority', 'bundle', 'serving'], `round ${round}`)
    }
    assert.deepEqual(troubles, [])
  })

  test('uninstalling the registration takes the Secrets with it, and nothing brings them back', async (t) => {
    await startRotator(t, { identity: 'last' })
    await cluster.kubectl(['delete', 'mutatingwebhookconfiguration', 'plimsoll'])
    await until('the Secrets to go', async () => {
      const left = await cluster.kubectl(['get', 'secrets', '-n', NAMESPACE, '-o=name'])
      return left.trim() === ''
    })
    assert.ok(await isReady(), 'what is in memory is still served')
  })

  async function isWell(): Promise<boolean> {
    const [serving, authority, bundle] = await Promise.all([
      readPair(cluster.client, PLACES.secretName),
      readPair(cluster.client, PLACES.caSecretName),
      bundleOf(cluster.client),
    ])
    const [leaf, root] = [serving, authority].map(certificateOf)
    const isSigned = leaf!.verify(root!.publicKey) && bundle.includes(authority.cert.trim())
    return isSigned && (await handshake(port, bundle)) === leaf!.serialNumber
  }

  /** @throws where the key is damaged, or another certificate's: a webhook keeps the pair that it has */
  function certificateOf({ cert, key }: PemPair): X509Certificate {
    const certificate = new X509Certificate(cert)
    assert.ok(certificate.checkPrivateKey(createPrivateKey(key)))
    return certificate
  }

  /** As it is seven years after the installation, and two months after the last renewal. */
  async function plantAged(): Promise<{ authority: PemPair; serial: string }> {
    const authority = await issueAuthority('aged', validFor(AUTHORITY_MILLISECONDS, Date.now() - 7 * YEAR))
    const serving = await issueServing(authority, NAMES, validFor(SERVING_MILLISECONDS, Date.now() - 61 * DAY))
    const caBundle = Buffer.from(authority.cert).toString('base64')
    const patch = [0, 1].map((i) => ({ op: 'add', path: `/webhooks/${i}/clientConfig/caBundle`, value: caBundle }))
    await cluster.kubectl([
      'patch',
      'mutatingwebhookconfiguration',
      'plimsoll',
      '--type=json',
      '-p',
      JSON.stringify(patch),
    ])
    await plant(cluster.client, PLACES.caSecretName, { 'tls.crt': authority.cert, 'tls.key': authority.key })
    await plant(cluster.client, PLACES.secretName, {
      'tls.crt': serving.cert,
      'tls.key': serving.key,
      'ca.crt': authority.cert,
    })
    const serial = new X509Certificate(serving.cert).serialNumber
    await until('the webhook to serve it', async () => (await handshake(port, authority.cert)) === serial)
    return { authority, serial }
  }

  async function startRotator(t: TestContext, options: Partial<RotatorOptions>, troubles: Error[] = []): Promise<void> {
    const ending = new AbortController()
    const own = options.client ?? cluster.client
    const events = new EventRecorder({
      client: own,
      reporter: { controller: 'plimsoll.dev/test', instance: options.identity! },
      onDropped: (_, error) => void troubles.push(error!),
    })
    const rotator = new Rotator({
      client: own,
      places: PLACES,
      names: NAMES,
      identity: 'rotator',
      events,
      logger: createLogger('silent'),
      onExpiry: () => {},
      onStep: () => {},
      onTrouble: (error) => troubles.push(error),
      settleMilliseconds: SETTLE_MILLISECONDS,
      lookEveryMilliseconds: 100,
      ...options,
    })
    const running = rotator.run(ending.signal)
    t.after(async () => {
      ending.abort()
      await running
      await events.flush()
    })
  }

  async function admitPod(): Promise<true> {
    await cluster.kubectl(['run', 'probe', '--image=probe', `--namespace=${SHOP}`, '--dry-run=server'])
    return true
  }

  /** Creates Pods one after the other; with `failurePolicy: Fail`, one whose admission fails is refused. */
  function createPods(t: TestContext) {
    const refused: unknown[] = []
    let created = 0
    let stopped = false
    const loop = async () => {
      const pods = { apiVersion: 'v1', kind: 'Pod', plural: 'pods' }
      const pod = {
        metadata: { namespace: SHOP, name: 'stream' },
        spec: { containers: [{ name: 'app', image: 'app' }] },
      } as KubeObject
      while (!stopped) {
        await cluster.client.create(pods, pod, { dryRun: true }).then(
          () => created++,
          (error) => refused.push(error),
        )
      }
    }
    const running = loop()
    const stop = async () => {
      stopped = true
      await running
      return { refused, created }
    }
    t.after(stop)
    return { stop }
  }

  async function restrictedClient(t: TestContext): Promise<KubeClient> {
    const admin = await kubeconfigCredentials(cluster.kubeconfig)
    const access = async () => {
      const given = await admin.access()
      return {
        ...given,
        headers: { ...given.headers, 'Impersonate-User': `system:serviceaccount:${NAMESPACE}:plimsoll` },
      }
    }
    const writes = new TokenBucket({ perSecond: 1e6, burst: 1e6 })
    const restricted = new KubeClient({ credentials: { ...admin, access }, version: 'test', writes })
    t.after(() => restricted.close())
    return restricted
  }
})

async function grant({ apply }: ControlPlane): Promise<void> {
  const subjects = [{ kind: 'ServiceAccount', name: 'plimsoll', namespace: NAMESPACE }]
  const rbac = 'rbac.authorization.k8s.io'
  const metadata = { name: 'plimsoll', namespace: NAMESPACE }
  await apply(
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules: RULES },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      subjects,
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'plimsoll' },
    },
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name: 'plimsoll' }, rules: CLUSTER_RULES },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'plimsoll' },
      subjects,
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'plimsoll' },
    },
  )
}
