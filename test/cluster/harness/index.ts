// Real Kubernetes clusters for tests. README.md beside this directory says what they take and what they can do.
export { type Cluster, startCluster } from './cluster.ts'
export type { Command, CommandOptions } from './command.ts'
export { type ControlPlane, type StartOptions, startControlPlane } from './control-plane.ts'
export type { ImageContents } from './images.ts'
export { CertificateAuthority } from './pki.ts'
export type { Prometheus } from './prometheus.ts'
export { clusterObstacle, controlPlaneObstacle } from './requirements.ts'
export { until } from './until.ts'
