export { type Application, type ApplicationRule, applicationOf } from './application.ts'
export {
  type ApiHpa,
  type ApiVpa,
  type AutoscaledPod,
  type Autoscaler,
  type Claim,
  heldFor,
  holdForAutoscalers,
  isTargetedBy,
  readHpa,
  readVpa,
} from './autoscalers.ts'
export { type Boost, boostBeside, type RecordedBoost, readBoosts, withoutBoost } from './boost-record.ts'
export { type Opening, type Openings, openingOf, openingsAt } from './change-window.ts'
export { criticalityOf, readCriticality } from './criticality.ts'
export { readDecisionInput } from './decision-input.ts'
export { hasUnreadableGoal, readGoal } from './goal.ts'
export { parseSelector } from './label-selector.ts'
export { LAST_REPLICA_ANNOTATION, mayTakeLastReplica } from './last-replica.ts'
export { mapResources } from './map-resources.ts'
export { NodeClassIndex, type NodeWithClasses } from './node-class-index.ts'
export { type ClassifiedNode, nodeClasses, nodeNameOf } from './node-traits.ts'
export {
  type ContainerKind,
  countContainers,
  type EnvironmentVariable,
  isOptedOut,
  MIRROR_ANNOTATION,
  type Pod,
  type PodContainer,
  type PodShape,
  type PodSlot,
  readContainers,
  readOverhead,
  readShape,
  togetherAtOnce,
} from './pod.ts'
export {
  type CanaryRules,
  clampValues,
  DEFAULT_POLICY,
  limitBounds,
  type Policy,
  type ResourceBounds,
} from './policy.ts'
export { PolicyIndex } from './policy-index.ts'
export { explainReason, knownReasons, REASONS, type ReasonCode } from './reasons.ts'
export {
  authorsValues,
  carriedRevision,
  carriesChange,
  carriesIntended,
  DECISION_ANNOTATION,
  type DecisionRecord,
  fitsBeside,
  type IntendedChange,
  MAX_RECORD_LENGTH,
  parseRecord,
  type RecordedChange,
  type RecordedContainer,
  recordChange,
  recordedAuthor,
  recordedResources,
  recordsReason,
} from './record.ts'
export { restartsForResize } from './resize-policy.ts'
export {
  APPLY_RUNNING_ANNOTATION,
  clampedSettings,
  clusterPolicy,
  type Effective,
  effectivePolicy,
  type Labels,
  type NamedSizingPolicy,
  runningOf,
  selects,
} from './resolve.ts'
export { type HeapConsent, type HeapConsents, type Runtime, readRuntimes } from './runtimes.ts'
export {
  metricKey,
  SCALE_POINT_ANNOTATION,
  type ScalePoint,
  type ScalePoints,
} from './scale-point.ts'
export { shareOf } from './share.ts'
export { keptBeside, type SinceRecord, sinceRecord, wasChanged } from './since-record.ts'
export { type LatencyTarget, readSlos, type ShareTarget, type SloSpec } from './slo.ts'
export { type BoostOf, boostedCpu, readBoostOf, type StartupBoost, startupBoost } from './startup.ts'
