import type { TestContext } from 'node:test'
import type { Time } from '../../src/clock/index.ts'
import { Checkpoints } from '../../src/controller/checkpoints.ts'
import { Reconciler, type ReconcilerOptions } from '../../src/controller/reconciler.ts'
import { StatusWrites } from '../../src/controller/status-writes.ts'
import { Teller } from '../../src/controller/teller.ts'
import { ThrottlingOfCanaries } from '../../src/controller/throttling.ts'
import { VanishedWorkloads } from '../../src/controller/vanished-workloads.ts'
import { WorkloadEvents } from '../../src/controller/workload-events.ts'
import { WriteQueue } from '../../src/controller/write-queue.ts'
import { Writer } from '../../src/controller/writer.ts'
import { ClusterInventory, Fleet, type FleetPod, Freezes, type Placement } from '../../src/fleet/index.ts'
import { KnownRecommendations } from '../../src/informers/index.ts'
import { createLearner } from '../../src/learner/index.ts'
import { PolicyIndex } from '../../src/policy/index.ts'
import { readResources } from '../../src/resources/index.ts'
import { createLearnerMetrics } from '../../src/telemetry/index.ts'
import type { Workload } from '../../src/workloads/index.ts'
import { FakeTime } from '../clock/fake-time.ts'
import { until } from '../cluster/harness/until.ts'
import { controllerContext } from './context.ts'
import { Store } from './store.ts'

export const SIGNAL = new AbortController().signal

/** The parts of the controller that keep Recommendations, with an API server that stores them. */
export async function reconciling<T extends Time = FakeTime>(
  t: TestContext,
  {
    store = new Store(),
    time = new FakeTime() as Time as T,
    ability,
    profiles,
    slos,
    sloPrices,
  }: {
    store?: Store
    time?: T
    ability?: ReconcilerOptions['ability']
    profiles?: ReconcilerOptions['profiles']
    slos?: ReconcilerOptions['slos']
    sloPrices?: ReconcilerOptions['sloPrices']
  } = {},
) {
  const settings = { approval: { confidence: { medium: 0 }, minimumDays: 0 } }
  const { context, calls } = await controllerContext(t, store.handle, settings, time)
  const ending = new AbortController()
  const fleet = new Fleet('plimsoll')
  const inventory = new ClusterInventory()
  const learner = createLearner({ minimumHistory: { seconds: 0, samples: 1 } })
  const known = new KnownRecommendations(context)
  const running = known.run(ending.signal)
  t.after(async () => {
    ending.abort()
    await running
  })
  await until('the Recommendations', () => known.isSynced, { everyMilliseconds: 5 })
  const metrics = createLearnerMetrics()
  const queue = new WriteQueue()
  const checkpoints = new Checkpoints({ ...context, learner, queue, isNeeded: true })
  const vanished = new VanishedWorkloads({ ...context, fleet, known, learner, checkpoints, queue })
  const teller = new Teller({ ...context, metrics, workloadEvents: new WorkloadEvents(context) })
  const writes = new StatusWrites({ ...context, known, metrics, teller })
  const reconciler = new Reconciler({
    ...context,
    ...{ fleet, inventory, learner, known, queue, writes },
    policies: new PolicyIndex({ ...context.cluster, running: ability ? 'inPlace' : 'never' }),
    freezes: new Freezes(),
    throttling: new ThrottlingOfCanaries(context),
    ...{ ability, profiles, slos, sloPrices, metrics },
  })
  const writer = new Writer({ ...context, queue, metrics })
  /** Looks at every workload, and writes everything that may be written now. */
  const publish = async () => {
    await reconciler.run(SIGNAL)
    await writer.drain(SIGNAL)
  }
  const written = () => calls.filter(({ method, path }) => method !== 'GET' && !path.includes('/events/')).length
  /** Number of status writes with this outcome. */
  const outcomes = async (outcome: string) => {
    const { values } = await metrics.writes.get()
    const of = values.filter(({ labels }) => labels.outcome === outcome && labels.purpose === 'status')
    return of.reduce((sum, { value }) => sum + value, 0)
  }
  return {
    ...{ context, time, fleet, inventory, learner, known, store, queue, reconciler, writer, checkpoints, vanished },
    ...{ publish, written, outcomes, metrics },
  }
}

export type Reconciling = Awaited<ReturnType<typeof reconciling>>

/** A Pod of a StatefulSet that runs in a namespace and has had this usage. */
export function run(
  { fleet, learner, time }: Pick<Reconciling, 'fleet' | 'learner'> & { readonly time: Time },
  name: string,
  { mode = 'auto', namespace = 'shop' } = {},
): void {
  const pod = podOf(name, namespace)
  if (fleet.modeOf(namespace) === undefined) {
    fleet.setMode(namespace, mode)
    fleet.replacePods(namespace, [])
  } else fleet.setMode(namespace, mode)
  if (!fleet.containerOf(namespace, pod.name, 'app')) fleet.putPod(pod)
  const timestampSeconds = time.now() / 1000 - 60
  const usage = { cpuCores: 0.2, memoryBytes: 100 * 2 ** 20 }
  const container = { workload: pod.workload, container: 'app' }
  learner.observe([{ container, pod: pod.name, timestampSeconds, ...usage }])
}

/** Placement of a ready Pod. */
export const PLACEMENT: Placement = {
  ...{ node: 'node-1', isRunning: true, isReady: true },
  ...{ template: 'a', isResizing: false, stopped: 0, applyRunning: undefined },
}

/** @param containers of the Pod, by name */
export function podOf(
  name: string,
  namespace = 'shop',
  containers: readonly string[] = [],
): FleetPod & { readonly workload: Workload } {
  return {
    ...{ uid: name, namespace, name: `${name}-0` },
    workload: { namespace, kind: 'StatefulSet', name },
    createdAt: '2026-01-01T00:00:00Z',
    labels: {},
    author: new Map(),
    goal: undefined,
    shape: { slots: containers.map((of) => ({ name: of, kind: 'container' })), overhead: { cpu: 0n, memory: 0n } },
    restarts: 0,
    crashing: [],
    containers: new Map(containers.map((of) => [of, { spec: readResources({}), isAsRecorded: true, differs: [] }])),
    images: new Map([['app', 'web:1']]),
    oomKills: [],
    placement: PLACEMENT,
    ...{ hasEnded: false, restartCounts: {} },
  }
}
