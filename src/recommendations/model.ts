import { z } from 'zod'

/**
 * The Recommendation, as it stands in the API (`plimsoll.dev/v1alpha1`), in a file store and in the code: one model.
 * Values are Kubernetes quantities in canonical form; whoever computes with them parses them once, at the edge.
 */

export const API_VERSION = 'plimsoll.dev/v1alpha1'

/** How under-provisioning is priced against over-provisioning. */
export const Goal = z.enum(['savings', 'balanced', 'reliability'])
export type Goal = z.infer<typeof Goal>

/** What Plimsoll may do in a namespace (label `plimsoll.dev/mode`). */
export const Mode = z.enum(['observe', 'approve', 'auto'])
export type Mode = z.infer<typeof Mode>

const Quantity = z.string().regex(/^[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/)
const Timestamp = z.iso.datetime()
const Confidence = z.number().min(0).max(1)

/** What one resource of one container should have. */
export const ResourceRecommendation = z.object({
  /** What to reserve. */
  request: Quantity,
  /** The limit that this resource should have if it has one (whether it gets one is the limits policy's to say). */
  limit: Quantity.optional(),
  /** Probability that it holds for its next 24 h: see DESIGN, "confidence". */
  confidence: Confidence.optional(),
})
export type ResourceRecommendation = z.infer<typeof ResourceRecommendation>

/** The figures that one resource's recommendation rests on, as quantities. */
export const ResourceEvidence = z.object({
  p50: Quantity,
  p95: Quantity,
  p99: Quantity,
  peak: Quantity,
})
export type ResourceEvidence = z.infer<typeof ResourceEvidence>

/** The figures that a container's recommendation rests on. */
export const Evidence = z.object({
  from: Timestamp,
  to: Timestamp,
  samples: z.int().min(0),
  cpu: ResourceEvidence.optional(),
  memory: ResourceEvidence.optional(),
})
export type Evidence = z.infer<typeof Evidence>

export const ContainerRecommendation = z.object({
  name: z.string().min(1).max(63),
  cpu: ResourceRecommendation.optional(),
  memory: ResourceRecommendation.optional(),
  evidence: Evidence.optional(),
})
export type ContainerRecommendation = z.infer<typeof ContainerRecommendation>

/** One set of values for a workload's containers. Revisions of a workload count up from 1. */
export const Revision = z.object({
  revision: z.int().min(1),
  time: Timestamp,
  source: z.enum(['observed', 'experiment']),
  goal: Goal,
  /** The learned revision that this one is a step towards; absent when it is one itself. */
  towards: z.int().min(1).optional(),
  containers: z.array(ContainerRecommendation).max(64),
})
export type Revision = z.infer<typeof Revision>

export const RecommendationSpec = z.object({
  /** Whose Pods this is for; the namespace is the object's own. */
  workload: z.object({ kind: z.string().min(1).max(63), name: z.string().min(1).max(253) }),
})

export const State = z.enum(['Learning', 'Observing', 'Pending', 'Applied'])

export const RecommendationStatus = z.object({
  /** Of the namespace, when this was written. */
  mode: Mode.optional(),
  state: State.optional(),
  /** Newest. */
  learned: Revision.optional(),
  /** What the webhook injects. */
  applied: Revision.optional(),
  /** In mode `observe`: what would have been applied. */
  wouldApply: Revision.optional(),
  /** In mode `approve`: what waits for approval. */
  pending: Revision.optional(),
  /** Ran without trouble. */
  lastGood: Revision.optional(),
  /** When a Pod of the workload was last seen, to the day. */
  lastSeen: Timestamp.optional(),
})
export type RecommendationStatus = z.infer<typeof RecommendationStatus>

export const Recommendation = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Recommendation'),
  metadata: z.looseObject({ namespace: z.string().min(1), name: z.string().min(1).max(253) }),
  spec: RecommendationSpec,
  status: RecommendationStatus.optional(),
})
export type Recommendation = z.infer<typeof Recommendation>
