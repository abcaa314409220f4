export { EXPERIMENTS_LABEL } from './refusals.ts'
export { type ClusterRunnerOptions, runCluster } from './run-cluster.ts'
