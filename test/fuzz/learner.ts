// Pods and what is around them, through the learner's informers and its turns. Beside the mutated workload runs another, which must not
// notice.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { API_VERSION, Recommendation, type Revision } from '../../src/api/index.ts'
import { parseSettings } from '../../src/config/index.ts'
import { OwnerChecks } from '../../src/controller/owner-checks.ts'
import { Reconciler } from '../../src/controller/reconciler.ts'
import { StatusWrites } from '../../src/controller/status-writes.ts'
import { Teller } from '../../src/controller/teller.ts'
import { ThrottlingOfCanaries } from '../../src/controller/throttling.ts'
import { WorkloadEvents } from '../../src/controller/workload-events.ts'
import { WriteQueue } from '../../src/controller/write-queue.ts'
import { Writer } from '../../src/controller/writer.ts'
import { ClusterInventory, Fleet, Freezes, MODE_LABEL } from '../../src/fleet/index.ts'
import {
  followClusterFreeze,
  followFleet,
  followNodes,
  KnownRecommendations,
  policyReflector,
} from '../../src/informers/index.ts'
import { type EventRecorder, KubeError, type KubeObject } from '../../src/kube/index.ts'
import { createLearner } from '../../src/learner/index.ts'
import { clusterPolicy, PolicyIndex } from '../../src/policy/index.ts'
import { createLearnerMetrics } from '../../src/telemetry/index.ts'
import { controllerOf, isDnsSubdomain, type OwnerReference } from '../../src/workloads/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { validationSays } from '../support/pod-validation.ts'
import { ApiServer } from './api-server.ts'
import { type Mutation, mutate, mutations } from './mutations.ts'
import { asStored, type ClusterObjects, type Situation, situations } from './situations.ts'
import { inTime, type Target } from './target.ts'

interface Case {
  readonly situation: Situation
  readonly ofCluster: Mutation[]
  readonly mode: string
  readonly isWatched: boolean
}

export const learner: Target<Case> = {
  name: 'learner',
  count: 1200,
  cases: fc.record({
    situation: situations,
    ofCluster: mutations(5),
    mode: fc.constantFrom('auto', 'approve', 'observe'),
    isWatched: fc.boolean(),
  }),
  check,
  show: ({ isWatched, ...input }) => ({ isWatched, objects: objectsOf(input) }),
}

const NAMESPACE = 'shop'
const NEIGHBOUR = 'neighbour'
const START = Date.parse('2026-01-03T00:00:00Z')
const HOUR = 3_600_000
/** What a Pod of a real cluster has besides, that is read. */
const KILLED = {
  terminated: { reason: 'OOMKilled', exitCode: 137, finishedAt: '2026-01-02T22:00:00Z', containerID: 'c' },
}

function objectsOf({ situation, ofCluster, mode }: Omit<Case, 'isWatched'>): ClusterObjects {
  const { review, objects } = structuredClone(situation)
  const { object } = review.request as { object?: LoosePod }
  const pods = object?.spec?.containers ? [0, 1].map((i) => running(object, i)) : []
  const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }
  const metadata = { namespace: NAMESPACE, name: 'web' }
  const containerPolicies = [{ containerName: '*', controlledResources: ['memory'] }]
  const metrics = [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
  ]
  const mutated = {
    ...objects,
    pods,
    horizontalpodautoscalers: [{ metadata, spec: { scaleTargetRef: target, metrics } }],
    verticalpodautoscalers: [{ metadata, spec: { targetRef: target, resourcePolicy: { containerPolicies } } }],
    nodes: [{ metadata: { name: 'node' }, status: { allocatable: { cpu: '4', memory: '16Gi' } } }],
    ...ownersOf(object),
    recommendations: (objects.recommendations ?? []).map(lived),
  }
  mutate(mutated, ofCluster)
  const stored = asStored(mutated)
  const namespace = { metadata: { name: NAMESPACE, labels: { [MODE_LABEL]: mode }, annotations: {} } }
  return { ...stored, namespaces: [namespace], pods: [...(stored.pods ?? []), neighbour()] }
}

interface LooseContainer {
  readonly name?: unknown
  readonly resources?: { readonly requests?: unknown }
}
interface LoosePod {
  readonly metadata?: {
    readonly labels?: object
    readonly annotations?: object
    readonly ownerReferences?: readonly OwnerReference[]
  }
  readonly spec?: { readonly containers?: LooseContainer[]; readonly initContainers?: LooseContainer[] }
}

/** The Pod of a review as it runs later. */
function running(pod: LoosePod, index: number): Record<string, unknown> {
  const name = `mutated-${index}`
  const statuses = (list: readonly LooseContainer[] = []) =>
    list.map((container) => ({
      ...{ name: container.name, restartCount: 1, state: { running: {} }, lastState: KILLED },
      ...{ resources: container.resources ?? {}, allocatedResources: container.resources?.requests ?? {} },
    }))
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      // Labels that differ make the two disagree about their workload.
      ...(index > 0 && { labels: { ...pod.metadata?.labels, second: 'yes' } }),
      ...{ namespace: NAMESPACE, name, uid: name, creationTimestamp: '2026-01-02T10:00:00Z' },
    },
    status: {
      containerStatuses: statuses(pod.spec?.containers),
      initContainerStatuses: statuses(pod.spec?.initContainers),
      conditions: [{ type: 'PodResizePending', status: 'True', reason: 'Deferred', message: 'no room' }],
    },
  }
}

/** The object that made a Pod, by the plural of its type. Not the same image, so that the Pod's claims are checked. */
function ownersOf({ metadata, spec }: LoosePod = {}): ClusterObjects {
  const owner = controllerOf(metadata?.ownerReferences)
  if (!owner) return {}
  const { labels, annotations } = metadata ?? {}
  const template = structuredClone({ metadata: { labels, annotations }, spec })
  for (const container of template.spec?.containers ?? []) Object.assign(container, { image: 'other:1' })
  const own = { namespace: NAMESPACE, name: owner.name, uid: owner.uid }
  return { [`${owner.kind?.toLowerCase()}s`]: [{ metadata: own, spec: { template } }] }
}

function neighbour(): Record<string, unknown> {
  const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: NEIGHBOUR, controller: true, uid: 'u' }
  const resources = { requests: { cpu: '1', memory: '1Gi' } }
  return {
    metadata: {
      ...{ namespace: NAMESPACE, name: `${NEIGHBOUR}-0`, uid: NEIGHBOUR, creationTimestamp: '2026-01-02T10:00:00Z' },
      ownerReferences: [owner],
    },
    spec: { containers: [{ name: 'app', image: 'app:1', resources }] },
  }
}

/** A Recommendation with all that can have happened to it. */
function lived(recommendation: Record<string, unknown>): Record<string, unknown> {
  const { spec, status = {} } = recommendation as { spec: object; status?: { applied?: Revision } }
  const { applied } = status
  if (!applied) return recommendation
  const action = { by: 'alice', revision: applied.revision }
  const pending = { ...applied, revision: applied.revision + 1 }
  const change = { time: applied.time, reason: 'Learned', by: 'plimsoll', revision: applied.revision }
  return {
    ...recommendation,
    spec: { ...spec, rejection: action, rollback: { ...action, revision: 1 } },
    status: { mode: 'auto', ...status, learned: pending, pending, lastGood: applied, changelog: [change] },
  }
}

const EXPECTED = [
  'which Pods an autoscaler scales cannot be read; they are matched by name only',
  'a workload gets no Recommendation',
  'a Pod names an owner that it does not have',
]
const REFUSED = 'a write was refused'

/** Whether an API server would store all of it. What follows from other objects may be refused, as long as nobody else notices. */
function isPossible({ pods = [], recommendations = [] }: ClusterObjects): boolean {
  const areValid = pods.every((pod) => validationSays(pod).length === 0)
  return areValid && recommendations.every((one) => Recommendation.safeParse(one).success)
}

async function check({ isWatched, ...input }: Case): Promise<void> {
  const objects = objectsOf(input)
  const server = new ApiServer(objects, isWatched)
  const time = new FakeTime(START)
  const settings = parseSettings('approval: {confidence: {medium: 0}}', 'fuzz')
  const events = { record() {}, settle() {} } as unknown as EventRecorder
  const cluster = clusterPolicy(settings)
  const context = { client: server.client, logger: server.logger, time, settings, cluster, events }
  const [fleet, inventory, freezes] = [new Fleet('plimsoll'), new ClusterInventory(), new Freezes()]
  const [policies, known] = [new PolicyIndex(cluster), new KnownRecommendations(context)]
  const of = createLearner({ minimumHistory: { seconds: 0, samples: 1 } })
  const [queue, metrics] = [new WriteQueue(), createLearnerMetrics()]
  const owners = new OwnerChecks({ ...context, fleet })
  const teller = new Teller({ ...context, metrics, workloadEvents: new WorkloadEvents(context) })
  const writes = new StatusWrites({ ...context, known, metrics, teller })
  const reconciler = new Reconciler({
    ...{ ...context, fleet, inventory, learner: of, policies, known, freezes, owners, queue, writes },
    throttling: new ThrottlingOfCanaries(context),
  })
  const written = new Set<string | undefined>()
  try {
    followFleet(context, fleet, inventory, freezes, server.signal)
    for (const one of [followNodes(context, inventory, []), policyReflector(context, policies), known])
      void one.run(server.signal)
    void followClusterFreeze(context, 'plimsoll', freezes).run(server.signal)
    // Namespaces, Pods, HPAs, VPAs, nodes, policies, Recommendations and the freeze.
    await server.delivered(8)
    const specs = new Map<string | undefined, unknown>(known.all().map(({ metadata, spec }) => [metadata.name, spec]))
    server.onWarning = ({ error }, message) => {
      const isHandled = EXPECTED.includes(message) || (message.startsWith(REFUSED) && !isPossible(objects))
      if (!isHandled) throw new Error(message, { cause: error })
    }
    server.onApply = ({ metadata, ...fields }) => {
      const { spec = specs.get(metadata.name), status } = fields as { spec?: unknown; status?: unknown }
      specs.set(metadata.name, spec)
      written.add(metadata.name)
      const object = {
        apiVersion: API_VERSION,
        kind: 'Recommendation',
        metadata,
        spec,
        ...(status === undefined ? {} : { status }),
      }
      const { error } = Recommendation.safeParse(object)
      if (error || !isDnsSubdomain(`${metadata.name}`))
        throw new KubeError('Invalid', error?.message ?? `the name ${metadata.name}`, { status: 422 })
      return object as KubeObject
    }
    for (const hours of [0, 1, 25]) {
      time.advance(hours * HOUR)
      for (const kill of fleet.takeOomKills()) of.observeOomKill(kill)
      for (const { workload, shape } of inTime('a look at the fleet', () => [...fleet.workloads()]))
        of.observe(shape.slots.slice(0, 20).map(({ name }) => sample({ workload, container: name }, time.now())))
      await owners.run(server.signal)
      await reconciler.run(server.signal)
      await new Writer({ ...context, queue, metrics }).drain(server.signal)
    }
    if (server.failures[0]) throw server.failures[0]
    assert.ok(written.has(`statefulset-${NEIGHBOUR}`), 'the neighbour gets no Recommendation')
  } finally {
    server.end()
  }
}

function sample(container: Parameters<ReturnType<typeof createLearner>['observeVersion']>[0], now: number) {
  return { container, pod: 'pod', timestampSeconds: now / 1000 - 60, cpuCores: 0.2, memoryBytes: 100 * 2 ** 20 }
}
