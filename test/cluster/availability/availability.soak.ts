// Whatever is restarted, rotated, killed or upgraded: no creation of a Pod fails or waits because of Plimsoll.
import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { issueAuthority, issueServing } from '../../../src/certificates/issue.ts'
import { KubeClient, type KubeObject, kubeconfigCredentials, SECRETS } from '../../../src/kube/index.ts'
import { writeApplied } from '../admission/applied.ts'
import { VPA_DEFINITION } from '../chart/foreign.ts'
import { differences, everyObject } from '../chart/objects.ts'
import { type Cluster, clusterObstacle, startCluster, until } from '../harness/index.ts'
import { deleteCrds } from '../support/crds.ts'
import { Etcd } from '../support/etcd.ts'
import { loadPlimsoll } from '../support/image.ts'
import { makeNamespace } from '../support/namespace.ts'
import { webhookCounts } from './api-metrics.ts'
import { ACCOUNTS, type Audit, granted, startAudit, untilUsed, withCreatedByApply } from './audit.ts'
import { oneOfEach } from './one-of-each.ts'
import { helm, isReady, NAMESPACE, podsOf, processesOf, settled } from './release.ts'
import { describeStream, SHOP, type Stream, streamDuring, WORKLOAD } from './stream.ts'

const DAY_MILLISECONDS = 86_400_000
const PODS = 2_000
/** `timeoutSeconds` of the registration, and what the API server needs for the rest on a machine that is busy. */
const LONGEST_MILLISECONDS = 2_000 + 1_000
const CRASHING_MILLISECONDS = 120_000
const SLOWLY = { timeoutMilliseconds: 240_000, everyMilliseconds: 1_000 }

/** Seconds in place of days. */
const LEARNER = {
  minimumHistory: { seconds: 20, samples: 3 },
  sampleEverySeconds: 5,
  publishEverySeconds: 5,
  checkpointEverySeconds: 10,
}
const APPROVAL = { confidence: { low: 0, medium: 0, high: 0 }, minimumDays: 0 }
/** Used where an autoscaler scales a custom resource, of which there is none here: test/cluster/owners has one. */
const OF_CUSTOM_TARGETS = 'get */*/scale'
const VALUES = { settings: { learner: LEARNER, approval: APPROVAL } }

describe('Plimsoll from its chart, in a real cluster', { skip: clusterObstacle() ?? false }, () => {
  let cluster: Cluster
  let audit: Audit
  let client: KubeClient
  let untouched: Map<string, string>

  before(async () => {
    audit = startAudit()
    cluster = await startCluster({ apiserverArgs: audit.apiserverArgs })
    client = new KubeClient({ credentials: await kubeconfigCredentials(cluster.kubeconfig), version: 'test' })
    await loadPlimsoll(cluster)
    await cluster.apply(VPA_DEFINITION)
    await makeNamespace(cluster, NAMESPACE)
    await makeNamespace(cluster, SHOP)
    await cluster.kubectl(['label', 'namespace', NAMESPACE, 'pod-security.kubernetes.io/enforce=restricted'])
    untouched = await everyObject(cluster)
  })
  after(async () => {
    client?.close()
    await cluster?.stop()
    audit?.remove()
  })

  it('is installed with one command, and is ready with a self-issued certificate', async () => {
    await helm(cluster, 'install', VALUES)
    const pods = await settled(cluster)
    const containers = pods.flatMap(({ status }) => status.containerStatuses ?? [])
    assert.deepEqual(
      containers.map(({ name, restartCount }) => [name, restartCount]),
      [
        ['webhook', 0],
        ['webhook', 0],
        ['learner', 0],
        ['learner', 0],
      ],
    )
  })

  it('passes its own test', async () => {
    assert.match(await helm(cluster, 'test'), /Phase:\s+Succeeded/)
  })

  it('leaves Pods alone until their namespace is labelled, and patches them from then on', async () => {
    const workload = { namespace: SHOP, kind: 'Deployment', name: WORKLOAD }
    await writeApplied(client, workload, [
      { name: 'app', cpu: { request: '100m' }, memory: { request: '128Mi', limit: '256Mi' } },
    ])
    const few = { atLeast: 20 }
    assert.equal((await streamDuring(cluster, few, async () => {})).patched, 0)
    await cluster.kubectl(['label', 'namespace', SHOP, 'plimsoll.dev/mode=auto'])
    await until('a stream of which all are patched', async () => {
      const { created, patched } = await streamDuring(cluster, few, async () => {})
      return created === patched
    })
    // So that there are Pods of it, and its Recommendation stays.
    const deployment = ['create', 'deployment', WORKLOAD, '--image=plimsoll:under-test', `--namespace=${SHOP}`]
    await cluster.kubectl([...deployment, '--', '/nodejs/bin/node', '--eval', 'setInterval(() => {}, 1000)'])
  })

  it('does its work through a rolling update', (context) =>
    undisturbed(context, async () => {
      const deployments = ['deployment/plimsoll', 'deployment/plimsoll-learner']
      await cluster.kubectl(['rollout', 'restart', ...deployments, `--namespace=${NAMESPACE}`])
      for (const deployment of deployments) {
        await cluster.kubectl(['rollout', 'status', deployment, `--namespace=${NAMESPACE}`, '--timeout=240s'], {
          timeoutMilliseconds: 250_000,
        })
      }
      await settled(cluster)
    }))

  it('does its work through helm upgrade', (context) =>
    undisturbed(context, async () => {
      await helm(cluster, 'upgrade', { settings: { goal: 'reliability', learner: LEARNER, approval: APPROVAL } })
      await settled(cluster)
    }))

  it('does its work through a rotation of its certificate and of its authority', (context) =>
    undisturbed(context, async () => {
      const names = ['plimsoll.plimsoll.svc']
      const first = await readSecret('plimsoll-tls')
      // Two thirds of its life are over.
      const old = {
        notBefore: new Date(Date.now() - 80 * DAY_MILLISECONDS),
        notAfter: new Date(Date.now() + 10 * DAY_MILLISECONDS),
      }
      const authority = await readSecret('plimsoll-ca')
      const aged = await issueServing({ cert: authority['tls.crt']!, key: authority['tls.key']! }, names, old)
      await writeSecret('plimsoll-tls', { 'tls.crt': aged.cert, 'tls.key': aged.key, 'ca.crt': authority['tls.crt']! })
      await until(
        'a new certificate',
        async () => ![first['tls.crt'], aged.cert].includes((await readSecret('plimsoll-tls'))['tls.crt']),
        SLOWLY,
      )

      const decade = { notBefore: new Date(), notAfter: new Date(Date.now() + 3650 * DAY_MILLISECONDS) }
      const next = await issueAuthority('Plimsoll CA of the test', decade)
      await writeSecret('plimsoll-ca', { 'tls.crt': next.cert, 'tls.key': next.key })
      await until(
        'a certificate of the new authority',
        async () => (await readSecret('plimsoll-tls'))['ca.crt'] === next.cert,
        SLOWLY,
      )
    }))

  it('does its work while its learners crash for two minutes, and no Pod becomes unready', (context) =>
    undisturbed(context, async () => {
      const end = performance.now() + CRASHING_MILLISECONDS
      let kills = 0
      while (performance.now() < end) {
        for (const pid of processesOf(cluster, 'learner')) {
          process.kill(pid, 'SIGKILL')
          kills++
        }
        await delay(200)
      }
      context.diagnostic(`${kills} learners were killed`)
      assert.ok(kills >= 4)
      for (const { status } of await settled(cluster)) {
        for (const { name, restartCount } of status.containerStatuses!) assert.equal(restartCount, 0, name)
      }
    }))

  it('does its work through a compaction of etcd', (context) =>
    undisturbed(context, async (stream) => {
      const etcd = new Etcd(cluster)
      for (let times = 0; times < 5; times++) {
        await etcd.compact()
        const created = stream.created
        await until('more Pods', () => stream.created > created + PODS / 5, SLOWLY)
      }
    }))

  it('does its work through a restart of the API server', async (context) => {
    const stream = await streamDuring(cluster, { atLeast: PODS, apiServerRestarts: true }, async () => {
      await audit.whileStarting(cluster.restartApiServer)
    })
    context.diagnostic(describeStream(stream))
    // Counted from the start of the new one.
    const { failOpen, slow } = await webhookCounts(cluster)
    assert.equal(stream.patched, stream.created)
    assert.equal(failOpen, 0)
    assert.equal(slow, 0)
    await settled(cluster)
  })

  it('loses little and delays nothing when a webhook is killed', async (context) => {
    const before = await webhookCounts(cluster)
    const stream = await streamDuring(cluster, { atLeast: PODS }, async () => {
      const restarts = async () =>
        (await podsOf(cluster))
          .flatMap(({ status }) => status.containerStatuses ?? [])
          .reduce((sum, { restartCount }) => sum + restartCount, 0)
      const started = await restarts()
      const [pid] = processesOf(cluster, 'webhook')
      process.kill(pid!, 'SIGKILL')
      await until('the killed one to be started again', async () => (await restarts()) > started, SLOWLY)
      await settled(cluster)
    })
    const { failOpen } = await webhookCounts(cluster)
    context.diagnostic(
      `${describeStream(stream)}; ${stream.created - stream.patched} unpatched; ${failOpen - before.failOpen} calls failed open`,
    )
    assertCreated(stream)
    assert.ok(stream.patched > stream.created * 0.9)
  })

  it('is missed by nobody when both webhooks are down', async (context) => {
    const scale = (replicas: number) =>
      cluster.kubectl(['scale', 'deployment/plimsoll', `--replicas=${replicas}`, `--namespace=${NAMESPACE}`])
    await scale(0)
    await until('both to be gone', async () => (await podsOf(cluster)).length === 0, SLOWLY)
    const stream = await streamDuring(cluster, { atLeast: 200 }, async () => {})
    context.diagnostic(describeStream(stream))
    assertCreated(stream)
    assert.equal(stream.patched, 0)
    await scale(2)
    await settled(cluster)
    await until('Pods to be patched again', async () => {
      const { created, patched } = await streamDuring(cluster, { atLeast: 20 }, async () => {})
      return created === patched
    })
  })

  it('gives webhook and learner each every right that it uses, and no other', async (context) => {
    await cluster.apply({
      apiVersion: 'plimsoll.dev/v1alpha1',
      kind: 'SizingPolicy',
      metadata: { name: 'wide', namespace: SHOP },
      spec: { bounds: { cpu: { max: '64' } } },
    })
    await cluster.apply(...oneOfEach(SHOP))
    const all = ['get', 'rec', `--namespace=${SHOP}`, '--output=jsonpath={.items[*].status.applied.revision}']
    const isApplied = async () => (await cluster.kubectl(all)).split(' ').length > oneOfEach(SHOP).length
    await until('values of each to be applied', isApplied, SLOWLY)
    const isResized = () => audit.used('plimsoll-learner').has('patch /pods/resize')
    await until('a running Pod to be resized', isResized, SLOWLY)
    // Vanished workloads are forgotten after seconds.
    await cluster.kubectl([
      'delete',
      'deployment,statefulset,daemonset,replicaset,job,cronjob',
      '--all',
      `--namespace=${SHOP}`,
    ])
    await helm(cluster, 'upgrade', {
      settings: { learner: { ...LEARNER, forgetAfterDays: 0.0001 }, approval: APPROVAL },
    })
    for (const account of ACCOUNTS) {
      const rights = new Set([...(await granted(cluster, account))].filter((right) => right !== OF_CUSTOM_TARGETS))
      await untilUsed(audit, account, rights)
      const used = withCreatedByApply(audit.used(account))
      context.diagnostic(`${account}: ${[...audit.used(account)].sort().join(', ')}`)
      assert.deepEqual(
        [...rights].filter((one) => !used.has(one)),
        [],
        `granted to ${account} and never used`,
      )
      assert.deepEqual([...audit.refused(account)], [], `asked for by ${account} and refused`)
    }
  })

  it('has a webhook that only reads, and no Secret but its certificate', () => {
    const used = audit.used('plimsoll')
    assert.ok(used.has('list plimsoll.dev/recommendations'))
    for (const one of used) assert.match(one, /^(list|watch) /)
    assert.deepEqual(audit.secrets('plimsoll'), new Set(['plimsoll-tls']))
    assert.deepEqual(audit.secrets('plimsoll-learner'), new Set(['plimsoll-tls', 'plimsoll-ca']))
  })

  it('is uninstalled with one command, and leaves the cluster as it was, but for its CRDs', async () => {
    await helm(cluster, 'uninstall')
    await deleteCrds(cluster)
    // What the tests themselves made.
    await cluster.kubectl(['label', 'namespace', SHOP, 'plimsoll.dev/mode-'])
    await cluster.kubectl(['delete', 'deployment', '--all', `--namespace=${SHOP}`])
    const isGone = async () => differences(untouched, await everyObject(cluster)).length === 0
    await until('all to be gone', isGone, { timeoutMilliseconds: 60_000, everyMilliseconds: 1_000 }).catch(() => {})
    assert.deepEqual(differences(untouched, await everyObject(cluster)), [])
  })

  /** A stream of Pods all of which are patched, in time, while at least two Pods are ready at every look. */
  async function undisturbed(
    context: TestContext,
    disturb: (stream: Readonly<Stream>) => Promise<void>,
  ): Promise<void> {
    await settled(cluster)
    const before = await webhookCounts(cluster)
    const watching = new AbortController()
    let fewestReady = Number.POSITIVE_INFINITY
    const watch = (async () => {
      while (!watching.signal.aborted) {
        fewestReady = Math.min(fewestReady, (await podsOf(cluster)).filter(isReady).length)
        await delay(500)
      }
    })()
    const stream = await streamDuring(cluster, { atLeast: PODS }, disturb).finally(() => watching.abort())
    await watch
    const { failOpen, slow, calls } = await webhookCounts(cluster)
    context.diagnostic(
      `${describeStream(stream)}; ${calls - before.calls} calls, ${failOpen - before.failOpen} failed open; at least ${fewestReady} Pods ready`,
    )
    assertCreated(stream)
    assert.equal(stream.patched, stream.created)
    assert.equal(failOpen - before.failOpen, 0)
    assert.equal(slow - before.slow, 0)
    assert.ok(fewestReady >= 2, `${fewestReady} Pods were ready`)
  }

  function assertCreated({ failed, created, milliseconds }: Stream): void {
    assert.deepEqual(failed, [])
    assert.ok(created > 0)
    const longest = milliseconds.reduce((most, one) => Math.max(most, one), 0)
    assert.ok(longest < LONGEST_MILLISECONDS, `one took ${longest.toFixed(0)} ms`)
  }

  async function readSecret(name: string): Promise<Record<string, string | undefined>> {
    const { data } = await client.get<KubeObject & { data: Record<string, string> }>(SECRETS, {
      namespace: NAMESPACE,
      name,
    })
    return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]))
  }

  async function writeSecret(name: string, fields: Readonly<Record<string, string>>): Promise<void> {
    const data = Object.fromEntries(
      Object.entries(fields).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
    )
    const secret = { metadata: { namespace: NAMESPACE, name }, type: 'kubernetes.io/tls', data } as KubeObject
    await client.apply(SECRETS, secret, { force: true, fieldManager: 'somebody' })
  }
})
