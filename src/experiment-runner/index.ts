export { type ExperimentPreview, type PreviewedParameter, previewExperiment } from './preview.ts'
export { EXPERIMENTS_LABEL } from './refusals.ts'
export { type ClusterRunnerOptions, runCluster } from './run-cluster.ts'
