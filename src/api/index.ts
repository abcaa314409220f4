export {
  CHANGELOG_LENGTH,
  CHANGELOG_VALUES,
  Change,
  ChangeReason,
  MOST_CHANGES,
  ValueChange,
  Waiting,
  type WrittenValues,
} from './changelog.ts'
export { Checkpoint, checkpointDefinition, recommendationDefinition } from './definitions.ts'
export * from './experiment/index.ts'
export { MAX_CONTAINERS, MAX_KIND, MAX_NODE_CLASSES } from './fields.ts'
export { INJECTED_VERSION } from './injected-version.ts'
export { isoSeconds } from './iso-seconds.ts'
export {
  containersByKey,
  containersOnNode,
  readVariantKey,
  revisionOnNode,
  traitOf,
  variantKey,
} from './node-classes.ts'
export { APPLICATION_LABEL, type PolicyProfile, PROFILE_BY, PROFILE_LABEL, ProfileBy } from './profile.ts'
export { readRecommendation } from './read.ts'
export {
  Canary,
  ContainerRecommendation,
  Evidence,
  Recommendation,
  RecommendationState,
  RecommendationStatus,
  ResourceEvidence,
  ResourceRecommendation,
  Revision,
  Rollback,
  RunningStatus,
  Summary,
} from './recommendation.ts'
export {
  ACCEPTS_PATH_KEYS,
  formatPathKeys,
  isPathKey,
  PLAIN,
  parsePathKeys,
  readReviewPath,
  reviewPath,
} from './review-path.ts'
export {
  type CountedNodes,
  type RunningContainer,
  RunningPod,
  RunningPods,
} from './running-pods.ts'
export { Runtimes } from './runtimes.ts'
export { boundsFields, changeWindowFields, TimeZone } from './settings-fields.ts'
export {
  type LabelSelector,
  type PolicyBounds,
  SIZING_POLICIES,
  SizingPolicySpec,
  type SizingPolicyStatus,
  sizingPolicyDefinition,
} from './sizing-policy.ts'
export {
  latencySeconds,
  Slo,
  type SloFrom,
  SloObjectKind,
  SloPreset,
  type SloPresetOptions,
  type SloQuery,
} from './slo.ts'
export { SLO_TYPES, type SloType } from './slo-objects.ts'
export { MAX_SLO_SPANS, SloShares } from './slo-shares.ts'
export { MAX_OBJECTIVES, SloCondition, SloStatus } from './slo-status.ts'
export { Approval, RecommendationSpec } from './spec.ts'
export { Startup, StartupStatus } from './startup.ts'
export {
  type ContainerValues,
  NO_VALUES,
  type ResourceValues,
  readValues,
  type Values,
  withoutEvidence,
  writeValues,
} from './values.ts'
export {
  API_VERSION,
  ApplyRunning,
  Criticality,
  Duration,
  Goal,
  LastReplica,
  LimitPolicy,
  Mode,
  secondsOf,
} from './vocabulary.ts'
