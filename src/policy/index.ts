export { advance } from './advance.ts'
export { type ApprovalRules, type ChangeCase, type Disposition, dispositionOf } from './approval.ts'
export { type ApiHpa, type ApiVpa, type Autoscaler, type Claim, heldFor, readHpa, readVpa } from './autoscalers.ts'
export { type CanaryRules, drawsCanary } from './canary.ts'
export { type ChangeWindow, type Opening, type Openings, openingOf, openingsAt } from './change-window.ts'
export { criticalityOf, readCriticality } from './criticality.ts'
export { authorsResources, decide, reasonToSkip } from './decide.ts'
export { type ContainerDecision, type Decision, type ResourceDecision, skipped } from './decision.ts'
export type { AppliedValues } from './draft-containers.ts'
export {
  type ExplainedContainer,
  type ExplainedResource,
  type Explanation,
  explainDecision,
  type Written,
} from './explain.ts'
export { readGoal } from './goal.ts'
export type { PodHealth } from './health.ts'
export type { LargestNode } from './largest-node.ts'
export { type LimitRules, mergeLimitRules, NO_LIMIT_RULES, readLimitRange } from './limit-range.ts'
export type { MinimumChange } from './minimum-change.ts'
export { type ContainerKind, type Pod, type PodContainer, type PodShape, readContainers, readShape } from './pod.ts'
export { type Bounds, DEFAULT_POLICY, type LimitPolicy, type Policy, type ResourceBounds } from './policy.ts'
export { PolicyBook } from './policy-book.ts'
export type { Freeze, Progress, PublishRules } from './progress.ts'
export { type Amounts, type Quota, readQuota } from './quota.ts'
export { explainReason, REASONS, type ReasonCode } from './reasons.ts'
export { DECISION_ANNOTATION, type DecisionRecord, parseRecord } from './record.ts'
export {
  canaryRules,
  changeWindow,
  clampedSettings,
  type Effective,
  effectivePolicy,
  type Labels,
  type NamedSizingPolicy,
  secondsOf,
  selects,
} from './resolve.ts'
export type { Target } from './size.ts'
export {
  type LabelSelector,
  SizingPolicySpec,
  type SizingPolicyStatus,
  sizingPolicyDefinition,
} from './sizing-policy.ts'
export type { StepRules } from './step.ts'
export { NO_SURROUNDINGS, podCharges, type Surroundings } from './surroundings.ts'
export { type Placed, SurroundingsBook } from './surroundings-book.ts'
export { describeThrottling, throttlingOf } from './throttling.ts'
export { readChange } from './trail.ts'
