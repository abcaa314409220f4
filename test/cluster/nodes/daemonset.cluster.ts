// A DaemonSet that is sized by class of node: at admission, by a resize, and on a node without room. KWOK plays the nodes.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { controlPlaneObstacle, Processes, until } from '../harness/index.ts'
import { podsOf, recommendationOf } from '../loop/sight.ts'
import { type Administered, startAdministered } from '../support/admin.ts'
import { makeNamespace } from '../support/namespace.ts'
import { plant, revisionOf } from '../support/planting.ts'
import { type Plimsoll, startPlimsoll } from '../support/plimsoll.ts'
import { KUBELETS, startKubelets } from './schedulers.ts'

const NAMESPACE = 'monitoring'
const AGENT = { namespace: NAMESPACE, kind: 'DaemonSet', name: 'agent' }
const SETTINGS = {
  learner: { sampleEverySeconds: 1, publishEverySeconds: 1 },
  apply: { betweenBatches: '1s', podsPerSecond: 10 },
}
const PATIENTLY = { timeoutMilliseconds: 120_000, everyMilliseconds: 200 }

const node = (name: string, cpu: string) => {
  const amounts = { cpu, memory: '64Gi', pods: '110' }
  return { apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { capacity: amounts, allocatable: amounts } }
}

const podTemplate = {
  metadata: { labels: { app: AGENT.name } },
  spec: {
    tolerations: [{ operator: 'Exists' }],
    containers: [{ name: 'app', image: 'registry.example/agent:1', resources: { requests: { cpu: '500m' } } }],
  },
}

/** A revision with these requests of CPU: on nodes with 4 cores, with 64, and on all others. */
const sized = (revision: number, small: string, large: string, others: string) => {
  const nodeClasses = [
    { nodes: 'cpu=4', cpu: { request: small } },
    { nodes: 'cpu=64', cpu: { request: large } },
  ]
  const made = revisionOf(revision, { app: { cpu: { request: others }, nodeClasses } })
  return { learned: made, applied: made }
}

describe('a DaemonSet on nodes that KWOK plays', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: Administered
  let plimsoll: Plimsoll

  before(async () => {
    cluster = await startAdministered()
    await startKubelets(cluster)
    for (const one of [node('small', '4'), node('large', '64')]) await create('/api/v1/nodes', one)
    plimsoll = await startPlimsoll(cluster, { settings: SETTINGS, learner: true })
    await plimsoll.learner!.logged('leading')
    await makeNamespace(cluster, NAMESPACE, 'auto')
    await plant(cluster.client, AGENT, sized(7, '80m', '700m', '900m'))
    await until('the webhook to know the revision', async () => (await plimsoll.webhook.held()) === 1)
    const selector = { matchLabels: podTemplate.metadata.labels }
    await cluster.apply({
      ...{ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: AGENT.name, namespace: NAMESPACE } },
      spec: { selector, template: podTemplate },
    })
  })
  after(async () => {
    await plimsoll?.stop()
    await cluster?.stop()
  })

  async function create(path: string, object: object): Promise<void> {
    const { status, text } = await cluster.api.call('POST', path, object)
    assert.equal(status, 201, text)
  }

  /** Requests of CPU by node. */
  async function requests(): Promise<Record<string, string | undefined>> {
    const pods = (await podsOf(cluster, AGENT)) as (Awaited<ReturnType<typeof podsOf>>[number] & {
      spec: { nodeName?: string }
    })[]
    return Object.fromEntries(
      pods.map(({ spec }) => [spec.nodeName ?? '', spec.containers[0]?.resources.requests?.cpu] as const),
    )
  }

  async function untilRequests(expected: Record<string, string>): Promise<void> {
    await new Processes(cluster.directory).ready(KUBELETS, async () => {
      const now = await requests()
      return Object.entries(expected).every(([name, cpu]) => now[name] === cpu)
    })
  }

  test('new Pods get the values of the class of the node that their affinity names', async () => {
    await untilRequests({ small: '80m', large: '700m' })
  })

  test('running Pods are resized to the new values of their class', async () => {
    await plant(cluster.client, AGENT, sized(8, '60m', '600m', '600m'), { exists: true })
    await untilRequests({ small: '60m', large: '600m' })
  })

  test('a raise waits where the node has no room, and the Pods of users stay', async () => {
    const web = {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: NAMESPACE } },
      spec: {
        nodeName: 'small',
        containers: [{ name: 'web', image: 'registry.example/web:1', resources: { requests: { cpu: '3500m' } } }],
      },
    }
    await create(`/api/v1/namespaces/${NAMESPACE}/pods`, web)
    await plant(cluster.client, AGENT, sized(9, '800m', '900m', '900m'), { exists: true })
    await untilRequests({ large: '900m' })
    const waiting = await until(
      'the reason',
      async () => (await recommendationOf(cluster, AGENT))?.running?.waiting?.map(({ reason }) => reason),
      PATIENTLY,
    )
    assert.deepEqual(waiting, ['NodeFull'])
    assert.equal((await requests()).small, '60m')
    const { status } = await cluster.api.call('GET', `/api/v1/namespaces/${NAMESPACE}/pods/web`)
    assert.equal(status, 200)
  })
})
