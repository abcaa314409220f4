export { EXPERIMENTS, experimentDefinition } from './definition.ts'
export { ExperimentLimits, ExperimentLoad, LOAD_SECONDS, WARM_UP_SECONDS } from './load.ts'
export {
  DEFAULT_TRIALS,
  ExperimentSpec,
  type ExperimentTarget,
  TargetKind,
  targetsOf,
  type VariedSetting,
} from './spec.ts'
export {
  CurrentTrial,
  type ExperimentCondition,
  ExperimentPhase,
  type ExperimentPoint,
  ExperimentStatus,
  ExperimentTrial,
  ExperimentVerdict,
  LoadOutcome,
  MAX_ORIGINAL,
  OriginalTarget,
} from './status.ts'
