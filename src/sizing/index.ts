export { type AdmissionConstraints, NO_CONSTRAINTS } from './admission-constraints.ts'
export { drawsCanary } from './canary-draw.ts'
export { ConstraintsIndex, type Placed } from './constraints-index.ts'
export { authorsResources, decide } from './decide.ts'
export type { ContainerDecision, Decision } from './decision.ts'
export type { AppliedValues } from './draft-containers.ts'
export {
  type ExplainedContainer,
  type ExplainedResource,
  type Explanation,
  explainDecision,
  type Written,
} from './explain.ts'
export { setHeaps } from './heap-consent.ts'
export { heapFollowers } from './heap-followers.ts'
export { mergeLimitRules, readLimitRange } from './limit-range.ts'
export { type LimitDefaults, readLimitDefaults, withLimitDefaults } from './limit-range-defaults.ts'
export { type Applied, decidePod } from './pod-decision.ts'
export { podTotal } from './pod-total.ts'
export { type Amounts, readQuota } from './quota.ts'
export { constraintsOnRunning } from './running-constraints.ts'
export type { Target } from './size.ts'
