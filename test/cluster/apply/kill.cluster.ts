// The learner is killed after each call of a resize, on a real node: its successor brings the Pod to the same state.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { KubeClient } from '../../../src/kube/index.ts'
import type { Workload } from '../../../src/workloads/index.ts'
import { type Cluster, clusterObstacle, startCluster, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { podsOf, type SeenPod } from '../loop/sight.ts'
import { adminClient } from '../support/admin.ts'
import { type ApiCall, startApiProxy } from '../support/api-proxy.ts'
import { installCrds } from '../support/crds.ts'
import { makeNamespace } from '../support/namespace.ts'
import { carries, plant, recordOn, revisionOf } from '../support/planting.ts'
import { type Program, startProgram } from '../support/program.ts'

const NAMESPACE = 'shop'
const SETTINGS = {
  learner: { sampleEverySeconds: 5, publishEverySeconds: 5 },
  apply: { running: 'inPlace', betweenBatches: '1s' },
}
const PATIENTLY = { timeoutMilliseconds: 120_000, everyMilliseconds: 500 }
/** More calls than a resize needs. The first round in which the learner was not killed is the last. */
const MOST_CALLS = 10

const AUTHOR = { cpu: '60m', memory: '32Mi' }
const APPLIED = revisionOf(1, { app: { cpu: { request: '80m' }, memory: { request: '40Mi' } } })

/** A StatefulSet with one busybox Pod. */
function statefulSet(name: string) {
  const labels = { app: name }
  const container = {
    ...{ name: 'app', image: 'idle:1', command: ['sleep', '86400'] },
    resources: { requests: AUTHOR, limits: { memory: '64Mi' } },
  }
  const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [container] } }
  const spec = { serviceName: name, replicas: 1, selector: { matchLabels: labels }, template }
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name, namespace: NAMESPACE }, spec }
}

const workloadOf = (name: string): Workload => ({ namespace: NAMESPACE, kind: 'StatefulSet', name })

/** The final state, without times. */
function endOf(pod: SeenPod) {
  const { time: _, restarts: __, ...record } = recordOn(pod)!
  const status = pod.status.containerStatuses?.[0] as { restartCount: number; resources?: object } | undefined
  return {
    resources: pod.spec.containers[0]!.resources,
    record,
    restarts: status?.restartCount,
    actual: status?.resources,
  }
}

describe('a learner that is killed after each call of a resize', { skip: clusterObstacle() ?? false }, () => {
  let cluster: Cluster
  let client: KubeClient
  const programs: Program[] = []

  before(async () => {
    cluster = await startCluster()
    await cluster.image('idle:1', { from: 'busybox', command: ['sleep', '86400'] })
    client = await adminClient(cluster)
    await installCrds(cluster)
    await makeNamespace(cluster, 'plimsoll')
    await makeNamespace(cluster, NAMESPACE, 'auto')
  })
  after(async () => {
    await Promise.all(programs.map((program) => program.kill()))
    client?.close()
    await cluster?.stop()
  })

  test("is replaced by a successor that completes the resize, and keeps the author's values", async () => {
    const names = Array.from({ length: MOST_CALLS }, (_, at) => `web-${at}`)
    await cluster.apply(...names.map(statefulSet))
    const podOf = async (name: string) => (await podsOf(cluster, workloadOf(name)))[0]
    for (const name of names)
      await until(`${name} to run`, async () => (await podOf(name))?.status.containerStatuses?.[0]?.ready, PATIENTLY)

    const journey: string[] = []
    const round = { name: '', at: 0, calls: 0, killed: false }
    const proxy = await startApiProxy(cluster, {
      async after(call) {
        if (round.killed || !isOfResize(call, round.name)) return
        round.calls++
        if (round.at === 0) journey.push(describeCall(call))
        if (round.calls !== round.at) return
        round.killed = true
        await crash()
      },
    })
    let leader: Program
    const start = async () => {
      leader = startProgram(proxy.cluster, 'learner', ['--host=127.0.0.1', '--ops-port=0'], SETTINGS)
      programs.push(leader)
      await leader.logged('leading')
    }
    /** A killed learner does not release its Lease, and waiting until it expires would take too long. */
    const crash = async () => {
      await leader.kill()
      await cluster.kubectl(['delete', 'lease', '--all', '--namespace=plimsoll'])
    }

    await start()
    let undisturbed: ReturnType<typeof endOf> | undefined
    // The first round, in which the learner is not killed, gives the expected state.
    for (const [at, name] of names.entries()) {
      Object.assign(round, { name, at, calls: 0, killed: false })
      await plant(client, workloadOf(name), { applied: APPLIED })
      const settled = async () => {
        const pod = await podOf(name)
        return pod && carries(pod, 1) && pod
      }
      await until(`${name} to be resized, or the learner to die`, async () => round.killed || settled(), PATIENTLY)
      if (round.killed) await start()
      const end = endOf((await until(`the successor to resize ${name}`, settled, PATIENTLY)) as SeenPod)
      undisturbed ??= end
      say(`killed after call ${at}: ${round.killed ? journey[at - 1] : 'not at all'}`)
      assert.deepEqual(end, undisturbed, `killed after call ${at}: ${journey[at - 1]}`)
      assert.deepEqual(end.record.containers.app?.cpu?.request, ['60m', '80m'])
      assert.equal(end.restarts, 0)
      if (at > 0 && !round.killed) break
    }
    await proxy.close()
    assert.ok(journey.length >= 5, journey.join(', '))
  })
})

function isOfResize({ method, path, query }: ApiCall, name: string): boolean {
  if (query.has('watch') || (method !== 'GET' && method !== 'PATCH')) return false
  return path.includes(`/pods/${name}-0`) || (query.get('fieldSelector') ?? '').startsWith('spec.nodeName=')
}

function describeCall({ method, path, query }: ApiCall): string {
  if (!path.includes('/pods/')) return `${method} Pods of the node`
  return `${method} ${query.has('dryRun') ? 'dry run' : (path.split('/')[7] ?? 'Pod')}`
}
