export { type ExperimentPreview, type PreviewedParameter, previewExperiment } from './preview.ts'
export { type ClusterRunnerOptions, runCluster } from './run-cluster.ts'
