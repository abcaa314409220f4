export { bearerCredentials } from './bearer.ts'
export {
  type ApplyOptions,
  type ClientOptions,
  KubeClient,
  type ListOptions,
  type Page,
  type Projection,
  type RequestOptions,
  type Selection,
  type WatchOptions,
  type WriteOptions,
} from './client.ts'
export type { Access, Credentials } from './credentials.ts'
export { KubeError, unlessMissing } from './errors.ts'
export type { Occurrence, Regarding, Reporter } from './event-record.ts'
export { EventRecorder, type EventRecorderOptions } from './events.ts'
export { type ClusterChoice, findCredentials } from './find-credentials.ts'
export { inClusterCredentials } from './in-cluster.ts'
export { kubeconfigCredentials } from './kubeconfig.ts'
export { LEASE_MILLISECONDS, type LeadershipOptions, whileLeading } from './lease.ts'
export type { Lease } from './lease-record.ts'
export { LEASES } from './lease-record.ts'
export { listAll } from './list-all.ts'
export * from './native-types.ts'
export { servesPodResize } from './pod-resize.ts'
export { Reflector, type ReflectorHandlers, type ReflectorOptions } from './reflector.ts'
export type { KubeObject, ObjectName, ResourceType } from './resource.ts'
export { ScaleReader, type ScaleTarget } from './scale.ts'
export { selectorText } from './selector-text.ts'
export type { Row } from './table.ts'
export { type Rate, TokenBucket } from './token-bucket.ts'
export type { WatchEvent } from './watch-event.ts'
