// The doctor on a real API server: first without a fault, then with one planted fault after another.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { issueAuthority, issueServing, type PemPair } from '../../../src/certificates/issue.ts'
import { AUTHORITY_MILLISECONDS, SERVING_MILLISECONDS, validFor } from '../../../src/certificates/lifetimes.ts'
import { CHECKS } from '../../../src/doctor/finding.ts'
import type { Finding } from '../../../src/doctor/index.ts'
import { LEASES, type Lease, SECRETS, servesPodResize } from '../../../src/kube/index.ts'
import { DAY } from '../../certificates/world.ts'
import { NAMESPACE, PLACES, plant, prepare, register, SERVICE, SHOP } from '../certificates/installation.ts'
import { controlPlaneObstacle, until } from '../harness/index.ts'
import { type Administered, startAdministered } from '../support/admin.ts'
import { deleteCrds } from '../support/crds.ts'
import { installMetricsApi } from '../support/metrics-api.ts'
import { type Program, startProgram } from '../support/program.ts'

const PLIMSOLL = join(import.meta.dirname, '../../../bin/plimsoll')
const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8'))
const SETTINGS = { namespace: NAMESPACE, certificates: { serviceName: SERVICE } }
/** The learner does not manage certificates here, so that planted faults stay. */
const BY_HAND = { namespace: NAMESPACE, learner: { sampleEverySeconds: 1 } }
const LABELS = {
  webhook: { 'app.kubernetes.io/name': 'plimsoll' },
  learner: { 'app.kubernetes.io/part-of': 'plimsoll', 'app.kubernetes.io/component': 'learner' },
}
const CONFIGURATION = 'mutatingwebhookconfiguration/plimsoll'
/** Pods without a node have no address for metrics. */
const ALWAYS = ['served', 'heard']

interface Diagnosis {
  readonly code: number
  readonly findings: readonly Finding[]
  readonly text: string
}

describe('the doctor', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: Administered
  let webhook: Program
  let learner: Program
  let authority: PemPair
  let serving: PemPair
  /** Whether the API server has pods/resize, which 1.30 to 1.32 lack (npm run test:oldest). */
  let hasResize: boolean

  before(async () => {
    cluster = await startAdministered({ controllers: false })
    hasResize = await servesPodResize(cluster.client)
    await prepare(cluster)
    await installMetricsApi(cluster)
    await install()
  })
  after(() => cluster?.stop())

  test('finds no fault in a healthy installation, except that Pods cannot be reached here', async (t) => {
    const { code, findings, text } = await diagnose()
    t.diagnostic(`\n${text}`)
    assert.deepEqual(
      findings.filter(({ status }) => status !== 'ok').map(({ check }) => check),
      ALWAYS,
    )
    assert.equal(code, 1)
    assert.equal(findings.length, CHECKS.length)
    const { says } = findings.find(({ check }) => check === 'running')!
    const expected = hasResize
      ? /^running Pods are resized/
      : /^only new Pods get the applied revision: Kubernetes v1\.3[0-2]\.\d+ has no pods\/resize/
    assert.match(says, expected)
  })

  test('prints a line for each check, or JSON', async () => {
    const { stdout } = await run('doctor')
    assert.equal(stdout.trimEnd().split('\n').length, CHECKS.length)
    assert.match(stdout, /^ok +kubernetes +Kubernetes v1\./m)
    assert.match(stdout, /^ok +calls +the API server calls auto\.plimsoll\.dev, and it answers$/m)
  })

  test('reports with another exit code that it cannot run without an API server', async () => {
    for (const kubeconfig of ['/nonexistent', await closedKubeconfig()]) {
      const { code, stdout, stderr } = await run('doctor', kubeconfig)
      assert.equal(code, 2)
      assert.equal(stdout, '')
      assert.match(stderr, /^plimsoll: the checks could not be run: .+/)
      assert.doesNotMatch(stderr, / at .*\.ts:/)
    }
  })

  fault('a registration that refuses Pods', 'registration', /failurePolicy Fail/, async () => {
    await patchWebhooks('failurePolicy', 'Fail')
    return () => patchWebhooks('failurePolicy', 'Ignore')
  })

  fault(
    'a bundle of another authority',
    'trust',
    /the API server does not trust its issuer/,
    async () => {
      const other = await issueAuthority('another', validFor(AUTHORITY_MILLISECONDS, Date.now()))
      await trust(other.cert)
      return () => trust(authority.cert)
    },
    ['calls', 'fail-open'],
  )

  fault(
    'a webhook that is down',
    'calls',
    /could not call auto\.plimsoll\.dev for a Pod in shop/,
    async () => {
      await webhook.kill()
      return async () => {
        await startWebhook()
        await registerIt()
      }
    },
    ['fail-open'],
  )

  fault(
    'a lost Secret',
    'certificate',
    /there is no Secret plimsoll\/plimsoll-tls/,
    async () => {
      await cluster.client.delete(SECRETS, { namespace: NAMESPACE, name: PLACES.secretName })
      return () => plantServing(serving)
    },
    ['fail-open', 'trust', 'expiry'],
  )

  fault('an expired certificate', 'expiry', /the certificate expired on \d{4}/, () => servingIssuedBefore(100 * DAY), [
    'fail-open',
  ])

  fault(
    'a certificate that nobody renews',
    'expiry',
    /should have been renewed by now/,
    () => servingIssuedBefore(75 * DAY),
    ['fail-open'],
  )

  fault(
    'a missing right',
    'rights',
    /may not patch recommendations\/status\.plimsoll\.dev/,
    async () => {
      await revoke('recommendations/status')
      await until('it to be known', async () => !(await mayWriteStatus('plimsoll-learner')))
      return () => grant()
    },
    ['fail-open'],
  )

  test('finds a learner without the right to resize Pods on an API server that can', async (t) => {
    if (!hasResize) return t.skip('the API server has no pods/resize')
    await revoke('pods/resize')
    const may = () => mayAs('plimsoll-learner', ['patch', 'pods', '--subresource=resize', `--namespace=${SHOP}`])
    await until('it to be known', async () => !(await may()))
    const { findings } = await diagnose()
    await grant()
    await until('it to be known', may)
    const others = findings.filter(({ status, check }) => status !== 'ok' && ![...ALWAYS, 'fail-open'].includes(check))
    assert.deepEqual(
      others.map(({ check, status, says }) => [check, status, says]),
      [['running', 'warn', 'the learner may not patch pods/resize, so only new Pods get the applied revision']],
    )
  })

  fault(
    'a webhook that somebody has given the rights of the learner',
    'privilege',
    /the webhook may create recommendations\.plimsoll\.dev; .*but does not need to/,
    async () => {
      const binding = ['clusterrolebinding', 'generous']
      const to = ['--clusterrole=plimsoll-learner', `--serviceaccount=${NAMESPACE}:plimsoll`]
      await cluster.kubectl(['create', ...binding, ...to])
      await until('it to be known', () => mayWriteStatus('plimsoll'))
      return async () => {
        await cluster.kubectl(['delete', ...binding])
        await until('it to be known', async () => !(await mayWriteStatus('plimsoll')))
      }
    },
    ['fail-open'],
  )

  fault(
    'a missing type',
    'types',
    /does not serve sizingpolicies\.plimsoll\.dev at v1alpha1/,
    async () => {
      await deleteCrds(cluster, 'sizingpolicies.plimsoll.dev')
      return () => prepare(cluster)
    },
    ['fail-open'],
  )

  fault(
    'a namespace with a mode that is none',
    'namespaces',
    /plimsoll\.dev\/mode=on, which is not a mode/,
    async () => {
      await cluster.apply({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'odd', labels: { 'plimsoll.dev/mode': 'on' } },
      })
      return async () => void (await cluster.kubectl(['label', 'namespace', 'odd', 'plimsoll.dev/mode-']))
    },
    ['fail-open'],
  )

  fault(
    'Pods that nobody measures',
    'history',
    /no usage of shop, although Pods run there/,
    async () => {
      await cluster.kubectl(['delete', 'podmetrics.metrics.k8s.io', '--all', '-n', SHOP])
      return () => measure()
    },
    ['fail-open'],
  )

  fault(
    'Recommendations that are not kept',
    'recommendations',
    /has been updated for two days/,
    async () => {
      const spec = { workload: { kind: 'Deployment', name: 'old' } }
      // Recent enough that the learner does not forget it.
      const lastSeen = `${new Date(Date.now() - 3 * DAY).toISOString().slice(0, 19)}Z`
      await cluster.apply({
        apiVersion: 'plimsoll.dev/v1alpha1',
        kind: 'Recommendation',
        metadata: { namespace: SHOP, name: 'deployment-old' },
        spec,
      })
      await cluster.kubectl([
        'patch',
        'recommendation',
        'deployment-old',
        '-n',
        SHOP,
        '--subresource=status',
        '--type=merge',
        '-p',
        JSON.stringify({ status: { lastSeen } }),
      ])
      return async () => void (await cluster.kubectl(['delete', 'recommendation', 'deployment-old', '-n', SHOP]))
    },
    ['fail-open'],
  )

  fault(
    'a Pod that is not ready',
    'pods',
    /1 of 2 Pods are ready; not: plimsoll-b/,
    async () => {
      await setReady('plimsoll-b', false)
      return () => setReady('plimsoll-b', true)
    },
    ['fail-open'],
  )

  fault(
    'a leader that died',
    'leader',
    /leads, but has not renewed its Lease/,
    async () => {
      await learner.kill()
      return () => startLearner()
    },
    ['fail-open'],
  )

  fault(
    'a clock that is wrong',
    'clock',
    /clock is \d+ s ahead of the API server's/,
    async () => {
      await learner.end()
      const lease = await cluster.client.get<Lease>(LEASES, {
        namespace: NAMESPACE,
        name: 'plimsoll-learner',
      })
      const renewTime = new Date(Date.now() + 3_600_000).toISOString().replace('Z', '000Z')
      await cluster.client.update(LEASES, {
        ...lease,
        spec: { ...lease.spec, holderIdentity: 'plimsoll-a', renewTime },
      })
      return () => startLearner()
    },
    ['fail-open', 'leader'],
  )

  fault(
    'no registration',
    'registration',
    /the API server does not know the webhook/,
    async () => {
      await cluster.kubectl(['delete', CONFIGURATION])
      return async () => {}
    },
    ['fail-open', 'calls', 'trust'],
  )

  /** Plants a fault, runs the doctor, and removes the fault. `alike`: other checks that may or must find it, too. */
  function fault(
    what: string,
    check: string,
    says: RegExp,
    plantIt: () => Promise<() => Promise<void>>,
    alike: string[] = [],
  ) {
    test(`finds ${what}`, async (t) => {
      const mend = await plantIt()
      try {
        const { code, findings } = await diagnose()
        const found = findings.filter(({ status }) => status !== 'ok')
        const line = found.find((finding) => finding.check === check)
        assert.ok(line, JSON.stringify(findings, undefined, 1))
        assert.match(line.says, says)
        assert.equal(code, 1)
        t.diagnostic(`${line.says}. ${'act' in line ? line.act : ''}`)
        const others = found
          .map((finding) => finding.check)
          .filter((one) => one !== check && !ALWAYS.includes(one) && !alike.includes(one))
        assert.deepEqual(others, [], JSON.stringify(found, undefined, 1))
      } finally {
        await mend()
      }
    })
  }

  let webhookUrl = ''
  let opsUrl = ''

  async function install(): Promise<void> {
    authority = await issueAuthority('doctor', validFor(AUTHORITY_MILLISECONDS, Date.now()))
    serving = await issueServing(authority, [SERVICE], validFor(SERVING_MILLISECONDS, Date.now()))
    await plantServing(serving)
    await startWebhook()
    await registerIt()
    await grant()
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'plimsoll', namespace: NAMESPACE },
      data: { 'config.yaml': JSON.stringify(SETTINGS) },
    })
    for (const name of ['plimsoll-a', 'plimsoll-b']) {
      await cluster.apply(plimsollPod(name, 'webhook'))
      await setReady(name, true)
    }
    await cluster.apply(plimsollPod('plimsoll-c', 'learner'))
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'cart', namespace: SHOP },
      spec: { containers: [{ name: 'app', image: 'app' }] },
    })
    await cluster.kubectl([
      'patch',
      'pod',
      'cart',
      '-n',
      SHOP,
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"status":{"phase":"Running"}}',
    ])
    await measure()
    await startLearner()
  }

  /** Makes the API server call the webhook at its current address, and waits until it does. */
  async function registerIt(): Promise<void> {
    await register(cluster, webhookUrl)
    await trust(authority.cert)
    const create = ['run', 'probe', '--image=probe', `--namespace=${SHOP}`, '--dry-run=server']
    const counted = async () => (await (await fetch(`${opsUrl}/metrics`)).text()).match(/^plimsoll_admission_.*/gm)
    await until('it to be called', async () => {
      const before = await counted()
      await cluster.kubectl(create)
      return !isDeepStrictEqual(await counted(), before)
    })
    await patchWebhooks('failurePolicy', 'Ignore')
  }

  async function startWebhook(): Promise<void> {
    webhook = startProgram(
      cluster,
      'webhook',
      ['--host=127.0.0.1', '--port=0', '--ops-port=0', `--tls-secret=${PLACES.secretName}`],
      BY_HAND,
    )
    const listening = (await webhook.logged('webhook listening')) as unknown as { url: string; opsUrl: string }
    webhookUrl = listening.url
    opsUrl = listening.opsUrl
    await until('the webhook to be ready', async () => (await fetch(`${opsUrl}/readyz`)).ok)
  }

  async function startLearner(): Promise<void> {
    learner = startProgram(cluster, 'learner', [], BY_HAND)
    await learner.logged('leading')
  }

  async function servingIssuedBefore(milliseconds: number) {
    await plantServing(
      await issueServing(authority, [SERVICE], validFor(SERVING_MILLISECONDS, Date.now() - milliseconds)),
    )
    return () => plantServing(serving)
  }

  const plantServing = ({ cert, key }: PemPair) =>
    plant(cluster.client, PLACES.secretName, { 'tls.crt': cert, 'tls.key': key, 'ca.crt': authority.cert })

  async function patchWebhooks(field: string, value: unknown): Promise<void> {
    const patch = [0, 1].map((index) => ({ op: 'add', path: `/webhooks/${index}/${field}`, value }))
    await cluster.kubectl(['patch', CONFIGURATION, '--type=json', '-p', JSON.stringify(patch)])
  }

  const trust = (pem: string) => patchWebhooks('clientConfig/caBundle', Buffer.from(pem).toString('base64'))

  async function measure(): Promise<void> {
    const containers = [{ name: 'app', usage: { cpu: '10m', memory: '20Mi' } }]
    await cluster.apply({
      apiVersion: 'metrics.k8s.io/v1beta1',
      kind: 'PodMetrics',
      metadata: { name: 'cart', namespace: SHOP },
      timestamp: new Date().toISOString(),
      window: '15s',
      containers,
    })
  }

  async function setReady(name: string, isReady: boolean): Promise<void> {
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] }
    await cluster.kubectl([
      'patch',
      'pod',
      name,
      '-n',
      NAMESPACE,
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify({ status }),
    ])
  }

  /** The rights that the chart grants, so that the doctor needs no others. */
  async function grant(): Promise<void> {
    const chart = join(import.meta.dirname, '../../../charts/plimsoll')
    const templates = ['serviceaccount', 'role', 'clusterrole'].map((name) => `--show-only=templates/${name}.yaml`)
    const args = [
      'template',
      'plimsoll',
      chart,
      `--namespace=${NAMESPACE}`,
      '--set=image.repository=plimsoll',
      ...templates,
    ]
    await cluster.apply(await cluster.helm(args))
    await until('the rights to be known', () => mayWriteStatus('plimsoll-learner'))
  }

  /** Rights that tests grant and revoke. */
  async function mayWriteStatus(name: string): Promise<boolean> {
    return await mayAs(name, ['patch', 'recommendations.plimsoll.dev', '--subresource=status'])
  }

  async function mayAs(name: string, right: readonly string[]): Promise<boolean> {
    const account = `--as=system:serviceaccount:${NAMESPACE}:${name}`
    // It exits with 1 if the answer is no.
    const answer = await cluster.kubectl(['auth', 'can-i', ...right, account]).catch(() => 'no')
    return answer.trim() === 'yes'
  }

  /** Removes one rule of the ClusterRole. */
  async function revoke(resource: string): Promise<void> {
    const role = JSON.parse(await cluster.kubectl(['get', 'clusterrole', 'plimsoll-learner', '-o=json'])) as {
      rules: { resources: string[] }[]
    }
    const index = role.rules.findIndex(({ resources }) => resources.includes(resource))
    const patch = [{ op: 'remove', path: `/rules/${index}` }]
    await cluster.kubectl(['patch', 'clusterrole', 'plimsoll-learner', '--type=json', '-p', JSON.stringify(patch)])
  }

  async function diagnose(): Promise<Diagnosis> {
    const { code, stdout, stderr } = await run('doctor', cluster.kubeconfig, ['--output', 'json'])
    assert.equal(stderr, '')
    const { findings } = JSON.parse(stdout) as { findings: Finding[] }
    return { code, findings, text: findings.map(({ check, status, says }) => `${status} ${check}: ${says}`).join('\n') }
  }

  function run(command: string, kubeconfig = cluster.kubeconfig, args: string[] = []) {
    return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const env = { ...process.env, KUBECONFIG: kubeconfig }
      const child = execFile(
        process.execPath,
        [PLIMSOLL, command, ...args],
        { env, timeout: 180_000 },
        (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
      )
    })
  }

  async function closedKubeconfig(): Promise<string> {
    const config = JSON.parse(readFileSync(cluster.kubeconfig, 'utf8'))
    config.clusters[0].cluster.server = 'https://127.0.0.1:1'
    const path = join(cluster.directory, 'closed.kubeconfig')
    writeFileSync(path, JSON.stringify(config))
    return path
  }
})

function plimsollPod(name: string, process: 'webhook' | 'learner'): object {
  const image = `plimsoll:${version}`
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE, labels: LABELS[process] },
    spec: {
      serviceAccountName: process === 'webhook' ? 'plimsoll' : 'plimsoll-learner',
      automountServiceAccountToken: false,
      containers: [{ name: process, image, ports: [{ name: 'ops', containerPort: 8080 }] }],
      volumes: [{ name: 'config', configMap: { name: 'plimsoll' } }],
    },
  }
}
