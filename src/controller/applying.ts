import type { Recommendation } from '../api/index.ts'
import { type ApplicableWorkload, Applier, podApi, type RecentMemory, restartApi } from '../apply/index.ts'
import type { ClusterInventory, Fleet, Freezes } from '../fleet/index.ts'
import type { KnownRecommendations } from '../informers/index.ts'
import { criticalityOf, openingsAt, type PolicyIndex } from '../policy/index.ts'
import { type Nanos, parseQuantity } from '../resources/index.ts'
import { stopOf } from '../revisions/index.ts'
import type { ConstraintsIndex } from '../sizing/index.ts'
import type { LearnerMetrics } from '../telemetry/index.ts'
import type { ControllerContext } from './context.ts'

interface ApplyingOptions extends ControllerContext {
  readonly fleet: Fleet
  readonly inventory: ClusterInventory
  readonly policies: PolicyIndex
  readonly known: KnownRecommendations
  readonly freezes: Freezes
  readonly constraints: ConstraintsIndex
  readonly memory: RecentMemory
  readonly metrics: LearnerMetrics
}

/** Usage older than this does not say what is used now; usage from Prometheus is read in steps, with a lag. */
const FRESH_SECONDS = 600
const STEPS = 3

/** Brings the Pods that run to what is applied to their workloads. */
export function createApplier(options: ApplyingOptions): Applier {
  const { client, constraints, events, inventory, logger, metrics, policies, settings, time } = options
  const freshSeconds = Math.max(FRESH_SECONDS, STEPS * (settings.prometheus?.stepSeconds ?? 0))
  return new Applier({
    ...{
      api: podApi(client, time),
      restarts: restartApi(client),
      settings: settings.apply,
      time,
      logger,
      events,
      metrics,
      inventory,
    },
    workloads: () => applicable(options),
    policyOf: ({ workload, labels }) => policies.effective(workload.namespace, labels).policy,
    constraintsOf: (namespace) => constraints.of(namespace),
    peakMemory: ({ workload, status }, container) => {
      const recent = options.memory.peak({ workload, container }, time.now() / 1000, freshSeconds)
      if (!recent) return undefined
      const measured = BigInt(Math.ceil(recent.bytes)) * 1_000_000_000n
      if (recent.isWhole) return measured
      // What the learner has seen reaches back further than this process.
      const learned = peakIn(status, container)
      if (learned === undefined) return undefined
      return learned > measured ? learned : measured
    },
  })
}

function peakIn(status: NonNullable<Recommendation['status']>, container: string): Nanos | undefined {
  const its = status.learned?.containers.find(({ name }) => name === container)
  return parseQuantity(its?.evidence?.memory?.peak)
}

function* applicable({
  fleet,
  freezes,
  known,
  policies,
  settings,
  time,
}: ApplyingOptions): Iterable<ApplicableWorkload> {
  const now = new Date(time.now())
  const openings = openingsAt(now)
  for (const entry of fleet.workloads()) {
    const { workload, mode, labels, author, pods } = entry
    const recommendation = known.get(workload)
    if (!recommendation?.status) continue
    const effective = policies.effective(workload.namespace, labels)
    const isStopped = stopOf({ spec: recommendation.spec, freezes: freezes.of(workload.namespace), now }) !== undefined
    const { spec, status } = recommendation
    const isUrgent = spec.applyNow !== undefined && spec.applyNow.revision === status.applied?.revision
    yield {
      ...{ workload, mode, labels, author, pods, effective, status, isUrgent },
      criticality: criticalityOf(
        { operator: effective.criticality, author: entry.criticality, priorityClass: entry.priorityClass },
        settings.priorityClasses,
      ),
      mayStart: !isStopped && (isUrgent || openings(effective.windows).isOpen),
    }
  }
}
