export { EXPERIMENTS, experimentDefinition } from './definition.ts'
export { ExperimentLoad, LOAD_SECONDS, WARM_UP_SECONDS } from './load.ts'
export {
  DEFAULT_TRIALS,
  ExperimentSpec,
  type ExperimentTarget,
  targetsOf,
  type VariedSetting,
} from './spec.ts'
export {
  CurrentTrial,
  type ExperimentCondition,
  type ExperimentPoint,
  ExperimentStatus,
  ExperimentTrial,
  hasEnded,
  MAX_ORIGINAL,
  MAX_SLOS,
  OriginalTarget,
} from './status.ts'
