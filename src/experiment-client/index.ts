export { describeConfiguration } from './configuration.ts'
export { type ExperimentLook, followExperiment } from './follow.ts'
export { type LoadArgument, parseLoadArgument } from './load-argument.ts'
export { nextName } from './name.ts'
export {
  type ExperimentReport,
  formatCost,
  formatMilliseconds,
  formatShare,
  type PointReport,
  reportOf,
  type TrialReport,
  trialReport,
} from './report.ts'
export { type ExperimentObject, experimentOf, type StoredExperiment, type TryRequest } from './request.ts'
