export { deleteCheckpoint, type LoadedCheckpoint, readCheckpoints, writeCheckpoint } from './checkpoints.ts'
export { INJECTED_COLUMNS, RECOMMENDATIONS, trimToInjected, writeRecommendation } from './cluster.ts'
export { customResourceDefinition } from './crd.ts'
export { checkpointDefinition, recommendationDefinition } from './definitions.ts'
export { LockedError } from './directory-lock.ts'
export { type FileStore, openFileStore } from './file-store.ts'
export {
  API_VERSION,
  type Canary,
  ContainerRecommendation,
  Criticality,
  Evidence,
  Goal,
  Mode,
  Recommendation,
  RecommendationStatus,
  ResourceEvidence,
  ResourceRecommendation,
  Revision,
  type Rollback,
  type Summary,
} from './model.ts'
export type { Approval, RecommendationSpec } from './people.ts'
export { type RevisionFacts, recommendationName, toRecommendation } from './publish.ts'
export { readRecommendation } from './read.ts'
export {
  type AppliedRecommendation,
  type AppliedResource,
  type Draw,
  type Lookup,
  NOT_APPLIED,
  Snapshot,
} from './snapshot.ts'
export { type Change, TRAIL_LENGTH, type Waiting } from './trail.ts'
