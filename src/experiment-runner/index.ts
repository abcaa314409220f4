export { type ExperimentPreview, type PreviewedParameter, previewExperiment } from './preview.ts'
export { type ClusterRunnerOptions, runCluster } from './run-cluster.ts'
export type { ReadSlos } from './signals.ts'
export { TARGET_TYPES } from './target-types.ts'
