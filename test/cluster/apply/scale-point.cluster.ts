// Requests and the target of an HPA change together, on a real API server. The test simulates the kubelet.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Revision } from '../../../src/api/index.ts'
import { type KubeClient, PODS } from '../../../src/kube/index.ts'
import { writeRecommendation } from '../../../src/recommendations/index.ts'
import { parseQuantity } from '../../../src/resources/index.ts'
import { only, render } from '../../chart/helm.ts'
import { type ControlPlane, controlPlaneObstacle, startControlPlane, until } from '../harness/index.ts'
import { say } from '../loop/report.ts'
import { adminClient } from '../support/admin.ts'
import { makeNamespace } from '../support/namespace.ts'
import { type Plimsoll, startPlimsoll } from '../support/plimsoll.ts'

const NAMESPACE = 'shop'
const WORKLOAD = { namespace: NAMESPACE, kind: 'StatefulSet', name: 'web' }
const COUNT = 4
const PATIENTLY = { timeoutMilliseconds: 90_000, everyMilliseconds: 100 }
const APPLY = { running: 'inPlace', betweenBatches: '1s', podsPerNode: 4 }
const SETTINGS = {
  learner: { sampleEverySeconds: 60, publishEverySeconds: 2 },
  apply: APPLY,
  autoscalers: 'keepScalePoint',
}

const HPA = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: NAMESPACE, annotations: { 'plimsoll.dev/keep-scale-point': 'true' } },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web' },
    minReplicas: COUNT,
    maxReplicas: 20,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
  },
}

interface Pod {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly containers: readonly { readonly resources: object & { requests: { cpu: string } } }[] }
}
interface Hpa {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> }
  readonly spec: { readonly metrics: readonly { readonly resource: { target: { averageUtilization: number } } }[] }
}

const revisionOf = (revision: number, request: string): Revision => ({
  ...{ revision, time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'), source: 'observed', goal: 'balanced' },
  containers: [{ name: 'app', cpu: { request } }],
})

describe('An HPA that keeps its scale point', { skip: controlPlaneObstacle() ?? false }, () => {
  let cluster: ControlPlane
  let client: KubeClient
  let plimsoll: Plimsoll
  const ending = new AbortController()
  let kubelet: Promise<void>
  /** Highest scale point so far, relative to the author's. */
  let highest = 0

  const pods = async () =>
    (await cluster.read<{ items: Pod[] }>(`/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=app%3Dweb`))!.items
  const hpa = async () =>
    (await cluster.read<Hpa>(`/apis/autoscaling/v2/namespaces/${NAMESPACE}/horizontalpodautoscalers/web`))!
  const targetOf = ({ spec }: Hpa) => spec.metrics[0]!.resource.target.averageUtilization
  const cpuOf = ({ spec }: Pod) => Number(parseQuantity(spec.containers[0]!.resources.requests.cpu)!) / 1e6

  /** Completes every resize immediately, and watches the scale point. */
  async function actuate(): Promise<void> {
    while (!ending.signal.aborted) {
      const [target, now] = [targetOf(await hpa()), await pods()]
      // A target that changed in the meantime does not belong to these Pods.
      if (targetOf(await hpa()) === target)
        highest = Math.max(highest, (target * now.reduce((sum, pod) => sum + cpuOf(pod), 0)) / (80 * COUNT * 400))
      for (const pod of now) {
        const { resources } = pod.spec.containers[0]!
        const running = { startedAt: '2026-01-01T00:00:00Z' }
        const status = {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
          containerStatuses: [
            {
              ...{
                name: 'app',
                image: 'web',
                imageID: '',
                ready: true,
                restartCount: 0,
                state: { running },
                resources,
              },
              allocatedResources: resources.requests,
            },
          ],
        }
        const of = { namespace: NAMESPACE, name: pod.metadata.name, subresource: 'status' }
        await client.strategicPatch(PODS, of, { status }, { urgent: true }).catch(() => {})
      }
    }
  }

  before(async () => {
    cluster = await startControlPlane()
    client = await adminClient(cluster)
    plimsoll = await startPlimsoll(cluster, { settings: SETTINGS, learner: true })
    await makeNamespace(cluster, NAMESPACE, 'auto')
    const capacity = { cpu: '8', memory: '16Gi', pods: '110' }
    await cluster.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' }, spec: {} })
    await client.strategicPatch(
      { apiVersion: 'v1', kind: 'Node', plural: 'nodes' },
      { name: 'node-1', subresource: 'status' },
      { status: { capacity, allocatable: capacity, conditions: [{ type: 'Ready', status: 'True' }] } },
    )
    await cluster.apply(HPA)
    const labels = { app: 'web' }
    const resources = { requests: { cpu: '400m', memory: '64Mi' } }
    await cluster.apply({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'web', namespace: NAMESPACE },
      spec: {
        ...{ replicas: COUNT, serviceName: 'web', podManagementPolicy: 'Parallel', selector: { matchLabels: labels } },
        template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'web', resources }] } },
      },
    })
    await until('the Pods', async () => (await pods()).length === COUNT, PATIENTLY)
    kubelet = actuate()
  })
  after(async () => {
    ending.abort()
    await kubelet
    client?.close()
    await plimsoll?.stop()
    await cluster?.stop()
  })

  const plant = async (applied: Revision | undefined, exists: boolean) =>
    await writeRecommendation(client, WORKLOAD, { mode: 'auto', ...(applied && { applied }) }, { exists })
  async function converged(cpu: number, target: number): Promise<void> {
    await until(
      `Pods with ${cpu}m and a target of ${target} %`,
      async () => targetOf(await hpa()) === target && (await pods()).every((pod) => cpuOf(pod) === cpu),
      PATIENTLY,
    )
  }

  test('gets a higher target after its Pods are lowered, and a lower one before they are raised, even if the learner is killed in between', async () => {
    await plant(revisionOf(1, '200m'), false)
    await until('the first Pod to be lowered', async () => (await pods()).some((pod) => cpuOf(pod) === 200), PATIENTLY)
    await plimsoll.learner!.kill()
    await plimsoll.startLearner()
    await converged(200, 160)
    assert.equal(
      (await hpa()).metadata.annotations?.['plimsoll.dev/scale-point'],
      '{"cpu":{"author":80,"written":160}}',
    )
    await plant(revisionOf(2, '300m'), true)
    await converged(300, 106)
    say(`web: its scale point was at most ${highest.toFixed(3)} of that of its author`)
    assert.ok(highest <= 1.0001, `${highest}`)
  })

  test("returns to its author's target, and its Pods to their author's values, when consent is withdrawn", async () => {
    await cluster.kubectl(['annotate', 'hpa/web', `--namespace=${NAMESPACE}`, 'plimsoll.dev/keep-scale-point-'])
    await converged(400, 80)
    await until(
      'its note to be gone',
      async () => (await hpa()).metadata.annotations?.['plimsoll.dev/scale-point'] === undefined,
      PATIENTLY,
    )
    assert.ok(highest <= 1.0001, `${highest}`)
  })

  test("lets the learner change only its targets, and only with its owner's consent", async () => {
    const objects = await render({ settings: { apply: APPLY, autoscalers: 'keepScalePoint' } })
    await cluster.apply(
      ...['ClusterRole', 'ClusterRoleBinding'].map((kind) => only(objects, kind, 'plimsoll-learner')),
      ...['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'].map((kind) =>
        only(objects, kind, 'plimsoll-scale'),
      ),
    )
    const patch = async (body: object, type = 'merge') =>
      await cluster
        .kubectl([
          ...['patch', 'hpa/web', `--namespace=${NAMESPACE}`, `--type=${type}`, '--dry-run=server'],
          ...['--as=system:serviceaccount:plimsoll:plimsoll-learner', '-p', JSON.stringify(body)],
        ])
        .then(
          () => 'allowed',
          (error: Error) => error.message,
        )
    const target = [{ op: 'replace', path: '/spec/metrics/0/resource/target/averageUtilization', value: 120 }]
    const refused = await until(
      'the policy',
      async () => {
        const answer = await patch(target, 'json')
        return answer !== 'allowed' && answer
      },
      PATIENTLY,
    )
    assert.match(refused, /only HPAs with the annotation/)
    await cluster.kubectl(['annotate', 'hpa/web', `--namespace=${NAMESPACE}`, 'plimsoll.dev/keep-scale-point=true'])
    assert.equal(await patch(target, 'json'), 'allowed')
    assert.equal(await patch({ metadata: { annotations: { 'plimsoll.dev/scale-point': '{}' } } }), 'allowed')
    assert.match(await patch({ spec: { maxReplicas: 99 } }), /maxReplicas/)
    assert.match(await patch({ spec: { minReplicas: 1 } }), /minReplicas/)
    assert.match(await patch({ metadata: { annotations: { other: 'x' } } }), /only the annotation plimsoll/)
    assert.match(await patch({ metadata: { labels: { other: 'x' } } }), /labels/)
    const value = { type: 'AverageValue', averageValue: '1' }
    const metrics = [{ type: 'Resource', resource: { name: 'cpu', target: value } }]
    assert.match(await patch({ spec: { metrics } }), /target utilization/)
  })
})
