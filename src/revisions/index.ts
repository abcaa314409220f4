export { getsLearnedLimit } from './applying.ts'
export { type ApprovalRules, isTooBadADay, leastConfidence } from './approval.ts'
export { changesOf } from './changelog.ts'
export { type ChosenProposal, chooseSource, type SourcedProposal } from './choose-source.ts'
export { directionOf } from './direction.ts'
export { EVENTS, type EventContext, type RevisionEvent, revisionConcerned } from './events.ts'
export { judge, type TroubleSeen } from './judge.ts'
export type { LargestNode } from './largest-node.ts'
export type { CarriedContainer, CarriedRevision, OomKillSeen, PodHealth, ResizeStatus } from './pod-health.ts'
export {
  cpuPressure,
  greaterPressure,
  memoryPressure,
  type Pressure,
  type PressureSample,
  type Pressures,
  type WatchedContainer,
} from './pressure.ts'
export { isForPressure } from './protect.ts'
export { reconcile } from './reconcile.ts'
export type { Freeze, ReconcileInput, ReconcileRules } from './reconcile-input.ts'
export { mayLowerPods, whyMissing } from './slo-gate.ts'
export { stopOf } from './stop.ts'
export { percent } from './text.ts'
