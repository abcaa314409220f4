import type { RecommendationStatus } from '../api/index.ts'
import {
  type ApplicableWorkload,
  Applier,
  learnedPeak,
  type PodApi,
  PolicyDigests,
  planTargets,
  type RecentMemory,
  restartApi,
  ScaleDriver,
  type ScaledWorkload,
} from '../apply/index.ts'
import type { ClusterInventory, Fleet, Freezes } from '../fleet/index.ts'
import type { KnownRecommendations } from '../informers/index.ts'
import { openingsAt, type PolicyIndex } from '../policy/index.ts'
import { mayLowerPods, stopOf } from '../revisions/index.ts'
import type { ConstraintsIndex } from '../sizing/index.ts'
import type { LearnerMetrics } from '../telemetry/index.ts'
import type { ControllerContext } from './context.ts'
import type { ResizeAbility } from './resize-ability.ts'
import type { SloPrices } from './slo-prices.ts'
import type { SloReadings } from './slo-readings.ts'
import type { WorkloadEvents } from './workload-events.ts'
import { type ViewedWorkload, viewWorkloads } from './workload-view.ts'

interface ApplyingOptions extends ControllerContext {
  readonly fleet: Fleet
  readonly inventory: ClusterInventory
  readonly policies: PolicyIndex
  readonly known: KnownRecommendations
  readonly freezes: Freezes
  readonly constraints: ConstraintsIndex
  readonly memory: RecentMemory
  readonly api: PodApi
  readonly workloadEvents: WorkloadEvents
  readonly ability: ResizeAbility
  readonly metrics: LearnerMetrics
  readonly slos?: Pick<SloReadings, 'readingsOf'> | undefined
  readonly sloPrices?: Pick<SloPrices, 'isOverloaded'> | undefined
}

type ScalingOptions = Omit<ApplyingOptions, 'ability' | 'api' | 'workloadEvents'>

/** Usage older than this does not show current usage; usage from Prometheus is read in steps, with a lag. */
const FRESH_SECONDS = 600
const STEPS = 3

/** Creates the loop that resizes running Pods to the applied revisions of their workloads. */
export function createApplier(options: ApplyingOptions): Applier {
  const { client, constraints, policies, settings, time } = options
  const freshSeconds = Math.max(FRESH_SECONDS, STEPS * (settings.prometheus?.stepSeconds ?? 0))
  const digests = new PolicyDigests()
  return new Applier({
    ...{ ...options, restarts: restartApi(client), settings: settings.apply },
    workloads: () => applicable(options, digests),
    policyOf: (namespace, labels) => policies.effective(namespace, labels).policy,
    constraintsOf: (namespace) => constraints.of(namespace),
    peakMemory: ({ workload, status }, container) => {
      const recent = options.memory.peak({ workload, container }, time.now() / 1000, freshSeconds)
      if (!recent) return undefined
      const measured = BigInt(Math.ceil(recent.bytes)) * 1_000_000_000n
      if (recent.isWhole) return measured
      // The learner's history reaches back further than this process.
      const learned = learnedPeak(status, container)
      if (learned === undefined) return undefined
      return learned > measured ? learned : measured
    },
  })
}

function* applicable(options: ApplyingOptions, digests: PolicyDigests): Iterable<ApplicableWorkload> {
  const { constraints, freezes, inventory, known, settings, slos, sloPrices, time } = options
  const now = new Date(time.now())
  const openings = openingsAt(now)
  for (const entry of viewWorkloads(options)) {
    const { workload, isChecked, effective } = entry
    const recommendation = known.get(workload)
    // An unchecked Pod may claim to belong to any workload.
    if (!recommendation?.status || !isChecked) continue
    const isStopped = stopOf({ spec: recommendation.spec, freezes: freezes.of(workload.namespace), now }) !== undefined
    const { spec, status } = recommendation
    const isUrgent = spec.applyNow !== undefined && spec.applyNow.revision === status.applied?.revision
    const waitsForScale = () =>
      planTargets({ ...entry, status, autoscalers: inventory.autoscalersOf(workload, entry.pods) }).some(
        ({ planned }) => planned.isBehind,
      )
    yield {
      ...entry,
      status,
      waitsForScale: settings.autoscalers === 'keepScalePoint' && waitsForScale(),
      isUrgent,
      mayLower: mayLower(entry, status, slos, now),
      isOverloaded: sloPrices?.isOverloaded(workload),
      mayStart: !isStopped && (isUrgent || openings(effective.windows).isOpen),
      policyDigest: digests.of(effective.policy, constraints.of(workload.namespace).limits),
    }
  }
}

function mayLower(
  { workload, pods, effective }: ViewedWorkload,
  status: RecommendationStatus,
  slos: ApplyingOptions['slos'],
  now: Date,
): boolean {
  const readings = slos?.readingsOf(workload) ?? []
  // A new leader has not read the SLOs yet.
  if (slos && readings.length === 0 && (effective.slos?.length ?? 0) > 0) return false
  return mayLowerPods(status, { slos: readings, pods, now })
}

/** Changes targets of HPAs together with requests; undefined if the settings do not ask for it. */
export function createScaleDriver(options: ScalingOptions): ScaleDriver | undefined {
  const { client, events, logger, metrics, settings, time } = options
  if (settings.autoscalers !== 'keepScalePoint') return undefined
  return new ScaleDriver({ client, events, logger, metrics, time, workloads: () => scaled(options) })
}

function* scaled(options: ScalingOptions): Iterable<ScaledWorkload> {
  for (const entry of viewWorkloads(options)) {
    const autoscalers = options.inventory.autoscalersOf(entry.workload, entry.pods)
    if (autoscalers.length === 0 || !entry.isChecked) continue
    const status = options.known.get(entry.workload)?.status ?? {}
    yield { ...entry, status, autoscalers }
  }
}
