// Resizes that a real node cannot carry out: no headroom by our sum, headroom taken in between, refused by the server, infeasible.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { KubeClient } from '../../../src/kube/index.ts'
import type { Workload } from '../../../src/workloads/index.ts'
import { type Cluster, clusterObstacle, startCluster, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { podsOf, recommendationOf, type SeenPod } from '../loop/sight.ts'
import { adminClient } from '../support/admin.ts'
import { type ApiCall, type ApiHooks, type ApiProxy, startApiProxy } from '../support/api-proxy.ts'
import { runCommand } from '../support/command-line.ts'
import { installCrds } from '../support/crds.ts'
import { makeNamespace } from '../support/namespace.ts'
import { carries, plant, revisionOf } from '../support/planting.ts'
import { type Program, startProgram } from '../support/program.ts'
import { type AuditTrail, auditWrites } from './audit-trail.ts'

const NAMESPACE = 'shop'
const WITHDRAW_SECONDS = 15
const SETTINGS = {
  learner: { sampleEverySeconds: 5, publishEverySeconds: 2 },
  apply: { running: 'inPlace', betweenBatches: '1s', withdrawAfter: `${WITHDRAW_SECONDS}s`, raiseShare: 1 },
}
const PATIENTLY = { timeoutMilliseconds: 90_000, everyMilliseconds: 300 }
/** The node has two processors, of which the static policy reserves one. */
const KUBELET = { cpuManagerPolicy: 'static', reservedSystemCPUs: '0' }

function statefulSet(name: string, isGuaranteed = false) {
  const labels = { app: name }
  const requests = { cpu: '50m', memory: '16Mi' }
  const container = {
    ...{ name: 'app', image: 'idle:1', command: ['sleep', '86400'] },
    resources: { requests, ...(isGuaranteed && { limits: requests }) },
  }
  const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [container] } }
  const spec = { serviceName: name, replicas: 1, selector: { matchLabels: labels }, template }
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name, namespace: NAMESPACE }, spec }
}

const workloadOf = (name: string): Workload => ({ namespace: NAMESPACE, kind: 'StatefulSet', name })
const cpuOf = (pod: SeenPod | undefined) => pod?.spec.containers[0]?.resources.requests?.cpu

describe('a resize that the node cannot carry out', { skip: clusterObstacle() ?? false }, () => {
  let cluster: Cluster
  let client: KubeClient
  let audit: AuditTrail
  let proxy: ApiProxy
  let learner: Program
  let hooks: ApiHooks = {}

  before(async () => {
    audit = auditWrites()
    cluster = await startCluster({ apiserverArgs: audit.args, kubelet: KUBELET })
    await cluster.image('idle:1', { from: 'busybox', command: ['sleep', '86400'] })
    client = await adminClient(cluster)
    await installCrds(cluster)
    for (const [name, mode] of [['plimsoll'], ['elsewhere'], [NAMESPACE, 'auto']] as const)
      await makeNamespace(cluster, name, mode)
    const hard = { 'requests.cpu': '4' }
    const metadata = { name: 'cpu', namespace: NAMESPACE }
    await cluster.apply(
      { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard } },
      ...['giant', 'squeezed', 'shrunk'].map((name) => statefulSet(name)),
      statefulSet('pinned', true),
    )
    proxy = await startApiProxy(cluster, {
      before: async (call) => await hooks.before?.(call),
      after: async (call) => await hooks.after?.(call),
    })
    learner = startProgram(proxy.cluster, 'learner', ['--host=127.0.0.1', '--ops-port=0'], SETTINGS)
    await learner.logged('leading')
    for (const name of ['giant', 'squeezed', 'shrunk', 'pinned'])
      await until(`${name} to run`, async () => (await podOf(name))?.status.containerStatuses?.[0]?.ready, PATIENTLY)
  })
  after(async () => {
    await learner?.kill()
    await proxy?.close()
    client?.close()
    await cluster?.stop()
    audit?.remove()
  })

  const podOf = async (name: string) => (await podsOf(cluster, workloadOf(name)))[0]
  const statusOf = async (name: string) => (await recommendationOf(cluster, workloadOf(name))) ?? {}
  const applied = (revision: number, cpu: string) => ({
    applied: revisionOf(revision, { app: { cpu: { request: cpu } } }),
  })
  const guaranteed = (revision: number, cpu: string) => ({
    applied: revisionOf(revision, {
      app: { cpu: { request: cpu, limit: cpu }, memory: { request: '16Mi', limit: '16Mi' } },
    }),
  })
  const askedOf = (name: string) => audit.writes().filter(({ what }) => what.endsWith(` ${name}-0`))
  const resizesOf = (name: string) =>
    askedOf(name).filter(({ kind, what, code }) => kind === 'apply' && code === 200 && /resize/.test(what))
  const triesOf = (name: string) => askedOf(name).filter(({ what }) => /resize/.test(what)).length
  const waitsFor = async (name: string, reason: string) =>
    await until(
      `${name} to say ${reason}`,
      async () => (await statusOf(name)).running?.waiting?.find((one) => one.reason === reason),
      PATIENTLY,
    ).catch(async (error: Error) => {
      const asked = askedOf(name).map(({ what, code }) => `${what}: ${code}`)
      throw new Error(`${asked.join(', ')}; ${error.message}`)
    })
  const isDryRunOf = (name: string, call: ApiCall) =>
    call.path.endsWith(`/pods/${name}-0/resize`) && call.query.has('dryRun')
  const quotaUsed = async () => {
    type Quota = { status?: { used?: Record<string, string> } }
    const quota = await cluster.read<Quota>(`/api/v1/namespaces/${NAMESPACE}/resourcequotas/cpu`)
    return quota?.status?.used?.['requests.cpu']
  }
  /** Shows that nothing happens: waits until the state of the Pods was published several times. */
  const publishedAgain = async () => {
    const { opsPort } = await learner.logged('waiting to lead')
    const last = async () =>
      Number(
        /^plimsoll_learner_last_publish_timestamp_seconds (\S+)$/m.exec(
          await (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text(),
        )?.[1],
      )
    for (let times = 0, seen = await last(); times < 3; times++)
      seen = await until('the next publication', async () => (await last()) > seen && (await last()), PATIENTLY)
  }

  /** A write of the kubelet in between would cause a conflict, and another calculation of our sum. */
  const quiet = async (name: string) => {
    let [seen, since] = ['', performance.now()]
    await until(
      `the kubelet to leave ${name} alone`,
      async () => {
        const pod = await cluster.read<{ metadata: { resourceVersion: string } }>(
          `/api/v1/namespaces/${NAMESPACE}/pods/${name}-0`,
        )
        if (pod?.metadata.resourceVersion !== seen)
          [seen, since] = [pod?.metadata.resourceVersion ?? '', performance.now()]
        return performance.now() - since > 12_000
      },
      PATIENTLY,
    )
  }

  test('is not sent if our own sum finds no headroom', async () => {
    await plant(client, workloadOf('giant'), applied(1, '1500m'))
    const { message } = await waitsFor('giant', 'NodeFull')
    assert.match(message ?? '', /too little cpu/)
    assert.equal(triesOf('giant'), 0, 'not even a dry run')
    assert.equal(cpuOf(await podOf('giant')), '50m')
  })

  test('is withdrawn if another Pod takes the headroom in between, which frees its quota', async () => {
    const before = await until('the quota to be counted', quotaUsed, PATIENTLY)
    hooks = {
      async before(call) {
        // Our sum and the dry run have passed. The record and the resize follow.
        if (call.method !== 'PATCH' || !call.path.endsWith('/pods/squeezed-0')) return
        hooks = {}
        const container = { name: 'app', image: 'idle:1', command: ['sleep', '86400'] }
        const intruder = {
          ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'intruder', namespace: 'elsewhere' } },
          spec: {
            terminationGracePeriodSeconds: 0,
            containers: [{ ...container, resources: { requests: { cpu: '700m' } } }],
          },
        }
        await cluster.apply(intruder)
        const running = async () =>
          (await cluster.read<SeenPod>('/api/v1/namespaces/elsewhere/pods/intruder'))?.status.phase === 'Running'
        await until('the intruder to run', running, PATIENTLY)
      },
    }
    await quiet('squeezed')
    await plant(client, workloadOf('squeezed'), applied(1, '350m'))
    await waitsFor('squeezed', 'ResizeDeferred')
    const deferredAt = performance.now()
    assert.equal(cpuOf(await podOf('squeezed')), '350m', 'it is what the Pod asks for')
    await until('the quota to be charged', async () => (await quotaUsed()) !== before, PATIENTLY)
    await until('the resize to be withdrawn', async () => cpuOf(await podOf('squeezed')) === '50m', PATIENTLY)
    const seconds = (performance.now() - deferredAt) / 1000
    say(`squeezed: withdrawn ${seconds.toFixed(1)} s after the Recommendation said that it is deferred`)
    await until('the quota to be free again', async () => (await quotaUsed()) === before, PATIENTLY)
    await waitsFor('squeezed', 'NodeFull')
    assert.equal(resizesOf('squeezed').length, 2, 'it was sent once, and withdrawn once')
    await cluster.kubectl(['delete', 'pod', 'intruder', '--namespace=elsewhere', '--now'])
    await until('the room to be used', async () => carries((await podOf('squeezed'))!, 1), PATIENTLY)
  })

  test('is not repeated after the server refused it as more than the node can allocate, until something changes', async () => {
    hooks = {
      async before(call) {
        if (!isDryRunOf('shrunk', call)) return
        hooks = {}
        // Between our check and the server's, the node shrinks.
        const shrink = JSON.stringify({ status: { allocatable: { cpu: '60m' } } })
        await cluster.kubectl(['patch', 'node', cluster.nodeName, '--subresource=status', '--type=merge', '-p', shrink])
      },
    }
    await plant(client, workloadOf('shrunk'), applied(1, '100m'))
    const { message } = await waitsFor('shrunk', 'ResizeRefused')
    say(`shrunk: ${message}`)
    const refused = (await statusOf('shrunk')).running?.refused
    assert.deepEqual(
      refused?.map(({ node, revision, reason }) => ({ node, revision, reason })),
      [{ node: cluster.nodeName, revision: 1, reason: 'ResizeRefused' }],
    )
    const tries = triesOf('shrunk')
    await publishedAgain()
    assert.equal(triesOf('shrunk'), tries)
    const { stdout } = await runCommand(cluster.kubeconfig, ['explain', 'pod/shrunk-0', `--namespace=${NAMESPACE}`])
    assert.match(stdout, /revision 1 cannot be applied to Pods on node .*the API server refuses the resize/)
    await plant(client, workloadOf('shrunk'), applied(2, '60m'), { exists: true })
    await until('another revision to be tried', async () => carries((await podOf('shrunk'))!, 2), PATIENTLY)
  })

  test('is withdrawn and not repeated after the kubelet reported it as infeasible, until something changes', async () => {
    await plant(client, workloadOf('pinned'), guaranteed(1, '60m'))
    const { message } = await waitsFor('pinned', 'ResizeInfeasible')
    say(`pinned: ${message}`)
    assert.match(message ?? '', /static/i)
    await until('it to be withdrawn', async () => cpuOf(await podOf('pinned')) === '50m', PATIENTLY)
    const refused = (await statusOf('pinned')).running?.refused
    assert.deepEqual(
      refused?.map(({ revision, reason }) => ({ revision, reason })),
      [{ revision: 1, reason: 'ResizeInfeasible' }],
    )
    const tries = triesOf('pinned')
    await publishedAgain()
    assert.equal(triesOf('pinned'), tries)
    const { stdout } = await runCommand(cluster.kubeconfig, ['explain', 'pod/pinned-0', `--namespace=${NAMESPACE}`])
    assert.match(stdout, /revision 1 cannot be applied to Pods on node .*the node can never carry out the resize/)
    await plant(client, workloadOf('pinned'), guaranteed(2, '70m'), { exists: true })
    await until('another revision to be tried', () => triesOf('pinned') > tries, PATIENTLY)
  })
})
