import { z } from 'zod'
import { CHANGELOG_LENGTH, Change, Waiting } from './changelog.ts'
import {
  Confidence,
  MAX_CONTAINERS,
  MAX_NODE_CLASSES,
  NOT_ABOVE_LIMIT,
  NodeClass,
  Quantity,
  Timestamp,
} from './fields.ts'
import { fromPreviousVersion } from './previous-version.ts'
import { MAX_OBJECTIVES, SloCondition, SloStatus } from './slo-status.ts'
import { RecommendationSpec } from './spec.ts'
import { StartupStatus } from './startup.ts'
import { API_VERSION, Criticality, Goal, Mode } from './vocabulary.ts'

/**
 * The Recommendation, as it is in the API (`plimsoll.dev/v1alpha1`), in a file store and in the code: one model.
 * Values are Kubernetes quantities in canonical form; code that computes with them parses them once, at the edge.
 */

/** Code of the table of reasons, which is in `policy`. Unknown codes are not an error. */
const ReasonCode = z
  .string()
  .max(64)
  .regex(/^[A-Za-z]+$/)

export const ResourceRecommendation = z
  .object({
    request: Quantity.describe('What to reserve.'),
    limit: Quantity.optional().describe(
      'The limit that this resource should have if it has one; the limits policy decides whether it gets one.',
    ),
    confidence: Confidence.optional(),
    reasons: z
      .array(ReasonCode)
      .max(8)
      .optional()
      .describe('What else influenced the value, as codes: see docs/reference/reasons.md.'),
  })
  .describe('The recommended values of one resource of one container.')
  .meta({
    'x-kubernetes-validations': [NOT_ABOVE_LIMIT],
  })
export type ResourceRecommendation = z.infer<typeof ResourceRecommendation>

const Leak = z
  .object({
    perDay: Quantity.describe('Growth per day of memory that is never released.'),
    daysLeft: z.int().min(0).max(100_000).describe('Days until the daily peak reaches the recommended limit.'),
  })
  .describe('Memory that has grown steadily for four days or more.')

const Share = z.number().min(0).max(1)

const Bursts = z
  .object({
    days: Share.describe('Share of the known days on which usage was above the request for longer than is cheapest.'),
    worstDay: Share.describe('Share of a day for which usage may be above the request, by the worst known day.'),
    by: Quantity.describe('Largest amount by which usage was above the request.'),
  })
  .describe('How CPU usage exceeds the recommended request; absent if it hardly does.')

/** Where a proposal comes from. */
const Source = z.enum(['observed', 'experiment', 'profile'])

const SloEvidence = z
  .object({
    state: z
      .enum(['Learning', 'TakesMore', 'GoalSuffices', 'MoreCpuDoesNotHelp'])
      .describe('Whether the SLO needs more CPU than the goal alone would request.'),
    takes: Quantity.optional().describe('CPU that the SLO is predicted to need; absent if the goal decides.'),
    goalAlone: Quantity.describe('CPU that the goal alone would request.'),
    says: z.string().max(200).describe('For people.'),
  })
  .describe('What a latency SLO costs in CPU; absent if there is none.')

const ProfileEvidence = z
  .object({
    application: z.string().max(63),
    instances: z.int().min(1).max(1000).describe('Number of other instances whose usage counts.'),
    days: z.number().min(0).max(14).describe('For how many days of own usage they count together.'),
    decides: z.boolean().describe("Whether they count for more than the workload's own usage."),
  })
  .describe('What other instances of the same application contributed: see docs/guides/profiles.md.')

export const ResourceEvidence = z
  .object({
    p50: Quantity,
    p95: Quantity,
    p99: Quantity,
    peak: Quantity,
    basis: z.string().max(80).optional().describe('What the decision is based on.'),
    doubt: z.string().max(80).optional().describe('Why confidence is low; absent from 0.9 on.'),
    cost: Quantity.optional().describe(
      'Expected cost of the recommendation: the reserved amount, plus the price of shortages under the goal, in the same unit.',
    ),
    authorsCost: Quantity.optional().describe("The same for the author's values."),
    inForceCost: Quantity.optional().describe('The same for the values that Pods got when this was decided.'),
    bursts: Bursts.optional(),
    decidedBy: z
      .object({ source: Source, because: z.string().max(200).describe('For people.') })
      .optional()
      .describe('Which source decided and why, if there was another one besides production.'),
    profile: ProfileEvidence.optional(),
    leak: Leak.optional(),
    slo: SloEvidence.optional(),
  })
  .describe('Percentiles and peak of usage, and figures derived from them.')
export type ResourceEvidence = z.infer<typeof ResourceEvidence>

export const Evidence = z
  .object({
    from: Timestamp,
    to: Timestamp,
    samples: z.int().min(0),
    days: z.int().min(0).optional().describe('Days with known usage among the last 14.'),
    oomKills: z.int().min(0).optional().describe('OOM kills in the window.'),
    season: z.enum(['daily', 'weekly']).optional().describe('Season of CPU usage.'),
    cpu: ResourceEvidence.optional(),
    memory: ResourceEvidence.optional(),
  })
  .describe('The figures that a recommendation is based on, stored with the learned values.')
export type Evidence = z.infer<typeof Evidence>

const valuesOfContainer = {
  cpu: ResourceRecommendation.optional(),
  memory: ResourceRecommendation.optional(),
  held: z
    .object({ cpu: ReasonCode.optional(), memory: ReasonCode.optional() })
    .optional()
    .describe("Resources that keep their author's values, and why."),
  evidence: Evidence.optional(),
}

export const ContainerRecommendation = z.object({
  name: z.string().min(1).max(63),
  ...valuesOfContainer,
  nodeClasses: z
    .array(
      z.object({ nodes: NodeClass.describe('The nodes: cpu=16, pods=110, or LABEL=VALUE.'), ...valuesOfContainer }),
    )
    .max(MAX_NODE_CLASSES)
    .optional()
    .describe('Of a DaemonSet: values on the nodes of each class. Nodes of no class get those of the container.'),
})
export type ContainerRecommendation = z.infer<typeof ContainerRecommendation>

export const Revision = z
  .object({
    revision: z.int().min(1).describe('Number of the revision: 1, 2, 3 and so on for each workload.'),
    time: Timestamp.describe('When this revision was created.'),
    source: Source.describe(
      'Learned from production, from an experiment before it, or from the profile of the same application elsewhere.',
    ),
    goal: Goal,
    towards: z
      .int()
      .min(1)
      .optional()
      .describe('The learned revision that this one is a step towards; absent if this one is a learned revision.'),
    containers: z
      .array(ContainerRecommendation)
      .max(MAX_CONTAINERS)
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }),
  })
  .describe("One set of values for a workload's containers.")
  // It is written whole by one owner. With one owner per field, managedFields would be as large as all the rest.
  .meta({ 'x-kubernetes-map-type': 'atomic' })
export type Revision = z.infer<typeof Revision>

export const RecommendationState = z.enum([
  'Learning',
  'Observing',
  'Pending',
  'Held',
  'Waiting',
  'Applied',
  'Canary',
  'RolledBack',
])

const Probation = z
  .object({
    revision: z.int().min(1),
    since: Timestamp.describe('When the first Pod received it.'),
  })
  .describe('The applied revision while it has not yet run for a day without trouble.')
  .meta({ 'x-kubernetes-map-type': 'atomic' })

export const Canary = z
  .object({
    percent: z.int().min(1).max(99).describe('Percentage of the new Pods that get it.'),
    since: Timestamp.optional().describe('When the first Pod received it; absent before.'),
    revision: Revision,
  })
  .describe('A revision that only a share of the new Pods gets first.')
  .meta({ 'x-kubernetes-map-type': 'atomic' })
export type Canary = z.infer<typeof Canary>

export const Rollback = z
  .object({
    revision: z.int().min(1).describe('The revision that was rolled back.'),
    learned: z.int().min(1).describe('The learned revision that it was, or was a step towards: it is not tried again.'),
    time: Timestamp,
    until: Timestamp.describe('No other revision is tried before this time, unless more memory is needed.'),
    count: z
      .int()
      .min(1)
      .describe('Number of rollbacks in a row: each doubles the wait and makes the next step smaller.'),
    message: z.string().max(200).describe('What went wrong, for people.'),
  })
  .describe('The last revision that caused trouble; removed when another one has run for a day without trouble.')
  .meta({ 'x-kubernetes-map-type': 'atomic' })
export type Rollback = z.infer<typeof Rollback>

export const Summary = z
  .object({
    cpu: z.string().max(80).optional(),
    memory: z.string().max(80).optional(),
    confidence: z.string().max(8).optional(),
    slo: SloCondition.optional(),
  })
  .describe(
    'For people: requests of all containers together, now -> learned, the lowest confidence, and the state of the worst SLO.',
  )
  .meta({ 'x-kubernetes-map-type': 'atomic' })
export type Summary = z.infer<typeof Summary>

export const RunningStatus = z
  .object({
    waiting: z
      .array(z.object({ reason: ReasonCode, message: z.string().max(200).optional() }))
      .max(8)
      .optional()
      .describe('Why running Pods do not have the applied revision, each reason once.')
      .meta({ 'x-kubernetes-list-type': 'atomic' }),
    refused: z
      .array(
        z.object({
          node: z.string().max(253).describe('Node of the Pod.'),
          revision: z.int().min(0).describe("The revision that the Pod should get; 0: its author's values."),
          policyDigest: z
            .string()
            .max(32)
            .optional()
            .describe(
              'Digest of the policies and LimitRanges at that time; after a change, the resize is tried again.',
            ),
          reason: ReasonCode,
          message: z.string().max(200).optional(),
          time: Timestamp,
        }),
      )
      .max(16)
      .optional()
      .describe('Resizes that can never be carried out, which are not tried again.')
      .meta({ 'x-kubernetes-list-type': 'atomic' }),
  })
  .describe('State of running Pods (see the setting apply.running).')
  .meta({ 'x-kubernetes-map-type': 'atomic' })
export type RunningStatus = z.infer<typeof RunningStatus>

export const RecommendationStatus = z
  .object({
    mode: Mode.optional().describe('Mode of the namespace when this was written.'),
    state: RecommendationState.optional().describe(
      'Learning: too little is known yet. Observing: mode observe, so nothing is applied. Pending: a revision waits for approval. Held: changes are paused by a hold or a freeze. Waiting: changes wait for what status.waiting says. Canary: a share of the new Pods tries a revision. RolledBack: a revision was rolled back. Applied: a revision is applied.',
    ),
    summary: Summary.optional(),
    learned: Revision.optional().describe('The newest revision.'),
    applied: Revision.optional().describe('The revision that the webhook injects.'),
    wouldApply: Revision.optional().describe('In mode observe: what would have been applied.'),
    pending: Revision.optional().describe('The revision that waits for approval.'),
    rejected: Revision.optional().describe('The rejected revision, until something else is learned.'),
    waiting: Waiting.optional(),
    criticality: Criticality.optional(),
    changelog: z
      .array(Change)
      .max(CHANGELOG_LENGTH)
      .optional()
      .describe('The last changes of the applied values, newest last.')
      .meta({ 'x-kubernetes-list-type': 'atomic' }),
    lastGood: Revision.optional().describe('The last revision that ran for a day without trouble.'),
    probation: Probation.optional(),
    canary: Canary.optional(),
    rollback: Rollback.optional(),
    running: RunningStatus.optional(),
    startup: StartupStatus.optional(),
    slos: z
      .array(SloStatus)
      .max(MAX_OBJECTIVES)
      .optional()
      .describe('State of its SLOs.')
      .meta({ 'x-kubernetes-list-type': 'atomic' }),
    dropped: z
      .int()
      .min(1)
      .optional()
      .describe(
        'The highest revision that Pods may still have but that is no longer stored: its number is not used again.',
      ),
    lastSeen: Timestamp.optional().describe('When a Pod of the workload was last seen, to the day.'),
  })
  // Only the learner writes it. With one owner per field, managedFields would grow with every field.
  .meta({ 'x-kubernetes-map-type': 'atomic' })
export type RecommendationStatus = z.infer<typeof RecommendationStatus>

/**
 * The status as etcd may have it. The schema includes fields of the previous version, because the API server would otherwise
 * drop them when it reads an object, before they can be converted.
 */
export const StoredStatus = RecommendationStatus.extend({
  trail: z
    .array(z.object({}).meta({ 'x-kubernetes-preserve-unknown-fields': true }))
    .max(CHANGELOG_LENGTH)
    .optional()
    .describe('From version 0.1: moved to changelog with the next write.'),
  trial: z
    .object({ revision: z.int().min(1), since: Timestamp })
    .optional()
    .describe('From version 0.1: moved to probation with the next write.'),
}).meta({ 'x-kubernetes-map-type': 'atomic' })

export const Recommendation = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Recommendation'),
  metadata: z.looseObject({ namespace: z.string().min(1), name: z.string().min(1).max(253) }),
  spec: RecommendationSpec,
  status: z.preprocess(fromPreviousVersion, RecommendationStatus).optional(),
})
export type Recommendation = z.infer<typeof Recommendation>
