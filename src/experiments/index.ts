export { baselineOf } from './baseline.ts'
export type {
  Configuration,
  Experiment,
  Limit,
  Trial,
  TrialOutcome,
  TrialUsage,
  WorkloadShape,
} from './experiment.ts'
export {
  type ExperimentProposal,
  type NoProposal,
  type ProductionWorkload,
  proposeForProduction,
  type RequestRate,
} from './for-production.ts'
export { type NextTrial, nextTrial } from './next-trial.ts'
export { fromCoordinate, nameOf, type Parameter, snap, toCoordinate } from './parameter.ts'
export { servedTrials } from './served.ts'
export { hourlyCost } from './shapes.ts'
export { containersFor, statedNumber } from './stated.ts'
export { type Summary, summarize, type TriedPoint } from './summarize.ts'
export { experimentProblems } from './validate.ts'
