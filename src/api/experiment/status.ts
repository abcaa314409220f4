import { z } from 'zod'
import { Timestamp } from '../fields.ts'
import { MAX_LOADS } from './load.ts'
import { MAX_TARGETS, MAX_TRIALS, TargetKind } from './spec.ts'

/** Most parameters of one experiment. */
const MAX_PARAMETERS = 12
const MAX_MEASURES = 2 * MAX_LOADS
const MAX_CONTAINERS = 48
/** Most SLOs that are stored of one load. */
export const MAX_SLOS = 12
/** Void trials are stored beside the others, which are at most `MAX_TRIALS`. */
const MAX_STORED_TRIALS = MAX_TRIALS + 6
/** Largest spec of a workload that is stored, in characters of JSON. */
export const MAX_ORIGINAL = 100_000

/** Sentence for people. */
const Sentence = z.string().max(1000)

/**
 * Phase of an experiment: `Pending` waits (for its turn, or for a check), `Running`, `Restoring` undoes its changes, and the
 * last three are final: `Completed` has a verdict, `Failed` ended early, `Refused` never changed anything.
 */
const ExperimentPhase = z.enum(['Pending', 'Running', 'Restoring', 'Completed', 'Failed', 'Refused'])

/** See `TrialOutcome` of `src/experiments/`. */
const TrialOutcome = z.enum(['completed', 'aborted', 'oomKilled', 'unschedulable', 'failed', 'void'])

const Configuration = z
  .record(z.string(), z.number())
  .describe('Values by parameter: cores, bytes, replicas, or the number of a setting.')
  .meta({ maxProperties: MAX_PARAMETERS })

const Usage = z.object({
  container: z.string().max(320).describe('workload/container'),
  cpuCores: z.number().min(0).describe('Mean under load, sum over all its Pods.'),
  peakMemoryBytes: z.number().min(0).describe('Highest working set of any of its Pods.'),
})

/** The result of one load in one trial. */
const LoadOutcome = z.object({
  load: z.string().max(20),
  requests: z.number().min(0),
  failed: z.number().min(0),
  requestsPerSecond: z.number().min(0).optional(),
  latencyMilliseconds: z.object({
    p50: z.number().min(0).optional(),
    p90: z.number().min(0).optional(),
    p95: z.number().min(0).optional(),
    p99: z.number().min(0).optional(),
    max: z.number().min(0).optional(),
  }),
  throttled: z
    .array(z.object({ workload: z.string().max(253), share: z.number().min(0).max(1) }))
    .max(MAX_TARGETS)
    .optional()
    .describe(
      'Share of the CPU periods in which the Pods of a workload were throttled at their CPU limits, from Prometheus.',
    ),
  slos: z
    .array(
      z.object({
        workload: z.string().max(253),
        objective: Sentence.describe('Such as "95 % of requests below 250 ms".'),
        bad: z.number().min(0),
        total: z.number().min(0),
        budget: z.number().min(0).max(1).describe('Share of the requests that may be bad.'),
      }),
    )
    .max(MAX_SLOS)
    .optional()
    .describe('Requests by the SLOs of the workloads, which SizingPolicies of the namespace state.'),
})

export const ExperimentTrial = z.object({
  number: z.int().min(1),
  why: z.enum(['baseline', 'search', 'repeatedWinner']),
  configuration: Configuration,
  outcome: TrialOutcome,
  reason: Sentence.optional().describe('Why it ended as it did, if it did not complete.'),
  startedAt: Timestamp,
  endedAt: Timestamp,
  costPerHour: z.number().min(0),
  latencyMilliseconds: z
    .number()
    .min(0)
    .optional()
    .describe('At the percentile of the limit; weighted mean over the loads.'),
  errorShare: z.number().min(0).max(1).optional().describe('The highest of all loads.'),
  measured: z
    .record(z.string(), z.number())
    .optional()
    .describe('Results by limit, such as "peak p95" in milliseconds.')
    .meta({ maxProperties: MAX_MEASURES }),
  loads: z.array(LoadOutcome).max(MAX_LOADS).optional(),
  usage: z.array(Usage).max(MAX_CONTAINERS).optional(),
  oomKilled: z.array(z.string().max(320)).max(MAX_CONTAINERS).optional(),
  restarts: z.int().min(0).optional().describe('Restarts of containers during the trial.'),
})
export type ExperimentTrial = z.infer<typeof ExperimentTrial>

/** The trial that runs. It is stored before anything is changed for it. */
export const CurrentTrial = z.object({
  number: z.int().min(1),
  why: z.enum(['baseline', 'search', 'repeatedWinner']),
  configuration: Configuration,
  startedAt: Timestamp,
  stage: z
    .enum(['stopping', 'starting', 'loading'])
    .describe('stopping: its Pods end; starting: the new ones become ready; loading: a load runs.'),
  stageAt: Timestamp.describe('Since when.'),
  load: z.int().min(0).max(MAX_LOADS).optional().describe('Index of the load that runs.'),
  loads: z.array(LoadOutcome).max(MAX_LOADS).optional(),
  usage: z
    .array(Usage.extend({ samples: z.int().min(0) }))
    .max(MAX_CONTAINERS)
    .optional(),
})
export type CurrentTrial = z.infer<typeof CurrentTrial>

const ManagedFields = z.string().max(50_000).describe('Who owned its fields (metadata.managedFields), as JSON.')

/** A workload as it was before the first trial. */
export const OriginalTarget = z.object({
  kind: TargetKind,
  name: z.string().max(253),
  uid: z.string().max(64),
  spec: z.string().max(MAX_ORIGINAL).describe('Its spec, as JSON.'),
  managedFields: ManagedFields.optional(),
  autoscaler: z
    .object({
      name: z.string().max(253),
      uid: z.string().max(64),
      min: z.int().min(0),
      max: z.int().min(0),
      behavior: z
        .string()
        .max(10_000)
        .describe('spec.behavior of its HorizontalPodAutoscaler, as JSON; null if it had none.'),
      managedFields: ManagedFields.optional(),
    })
    .optional(),
})
export type OriginalTarget = z.infer<typeof OriginalTarget>

const Point = z.object({
  configuration: Configuration,
  trials: z.int().min(1).describe('Number of trials that ran it.'),
  costPerHour: z.number().min(0),
  latencyMilliseconds: z.object({ expected: z.number(), low: z.number(), high: z.number() }),
  probabilityOfMeeting: z.number().min(0).max(1),
})
export type ExperimentPoint = z.infer<typeof Point>

const ExperimentVerdict = z.enum(['cheaper', 'meetsLimits', 'noDifference', 'nothingMeetsLimits'])

const Condition = z.object({
  type: z.enum(['Accepted', 'Complete', 'Failed', 'Restored', 'Proposed']),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().min(1).max(100),
  message: z.string().max(4000),
  lastTransitionTime: Timestamp,
  observedGeneration: z.int().min(0).optional(),
})
export type ExperimentCondition = z.infer<typeof Condition>

export const ExperimentStatus = z.object({
  observedGeneration: z.int().min(0).optional(),
  phase: ExperimentPhase.optional(),
  reason: z.string().max(100).optional().describe('Reason code of this phase.'),
  message: z.string().max(2000).optional().describe('The reason, for people.'),
  conditions: z
    .array(Condition)
    .max(8)
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
    .optional(),
  startedAt: Timestamp.optional(),
  deadlineAt: Timestamp.optional(),
  endedAt: Timestamp.optional(),
  heartbeat: Timestamp.optional().describe('When the controller last looked at it: every 30 s while it runs.'),
  originals: z.array(OriginalTarget).max(MAX_TARGETS).optional().describe('What is restored at the end.'),
  kept: z
    .array(z.string().max(500))
    .max(64)
    .optional()
    .describe('Fields that were not restored, because somebody else changed them.'),
  limits: z
    .array(
      z.object({
        measure: z.string().max(64),
        kind: z.enum(['latency', 'errors']),
        atMost: z.number().min(0).describe('Milliseconds, or a share.'),
      }),
    )
    .max(MAX_MEASURES)
    .optional()
    .describe('The limits in figures; those that depend on the baseline once it has run.'),
  current: CurrentTrial.optional(),
  trials: z.array(ExperimentTrial).max(MAX_STORED_TRIALS).optional(),
  front: z
    .array(Point)
    .max(MAX_TRIALS)
    .optional()
    .describe('Pareto front: configurations for which no other is both cheaper and faster, cheapest first.'),
  points: z
    .object({ savings: Point.optional(), balanced: Point.optional(), reliability: Point.optional() })
    .optional()
    .describe('The best configuration for each goal.'),
  verdict: ExperimentVerdict.optional(),
  production: z
    .object({
      since: Timestamp.describe('When its requests were first counted.'),
      low: z.number().min(0),
      high: z.number().min(0),
    })
    .optional()
    .describe(
      'Requests per second and replica of the workload in applyTo, in its busiest time so far: a 95 % interval.',
    ),
  summary: z
    .object({
      target: z.string().max(300),
      trials: z.string().max(20),
      cost: z.string().max(60),
      latency: z.string().max(60),
    })
    .partial()
    .optional()
    .describe('For kubectl get.'),
})
export type ExperimentStatus = z.infer<typeof ExperimentStatus>

/** Whether an experiment has ended, and everything that could be restored is. */
export function hasEnded(status: Pick<ExperimentStatus, 'phase'> | undefined): boolean {
  return status?.phase === 'Completed' || status?.phase === 'Failed' || status?.phase === 'Refused'
}
