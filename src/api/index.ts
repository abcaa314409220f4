export { Change, TRAIL_LENGTH, Waiting } from './changelog.ts'
export { Checkpoint, checkpointDefinition, recommendationDefinition } from './definitions.ts'
export { readRecommendation } from './read.ts'
export {
  Canary,
  ContainerRecommendation,
  Evidence,
  Recommendation,
  RecommendationStatus,
  ResourceEvidence,
  ResourceRecommendation,
  Revision,
  Rollback,
  Summary,
} from './recommendation.ts'
export { boundsFields, changeWindowFields, TimeZone } from './settings-fields.ts'
export {
  type LabelSelector,
  type PolicyBounds,
  SizingPolicySpec,
  type SizingPolicyStatus,
  sizingPolicyDefinition,
} from './sizing-policy.ts'
export { Approval, RecommendationSpec } from './spec.ts'
export { API_VERSION, Criticality, Duration, Goal, LimitPolicy, Mode, secondsOf } from './vocabulary.ts'
