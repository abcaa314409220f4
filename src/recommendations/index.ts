export { deleteCheckpoint, readCheckpoints, writeCheckpoint } from './checkpoints.ts'
export {
  assertNamedAfter,
  createRecommendation,
  DEFINED_COLUMNS,
  INJECTED_COLUMNS,
  INJECTED_RECOMMENDATIONS,
  RECOMMENDATIONS,
  trimToInjected,
  writeRecommendation,
} from './cluster.ts'
export { LockedError } from './directory-lock.ts'
export { type FileStore, openFileStore } from './file-store.ts'
export { readProfiles, writeProfiles } from './profiles.ts'
export { recommendationName, toRecommendation, whyNoObject } from './publish.ts'
export { readRunningPods, type SecretName, writeRunningPods } from './running-pods.ts'
export { type AppliedRecommendation, type Draw, type Lookup, NOT_APPLIED, readApplied, Snapshot } from './snapshot.ts'
export { type Variants, variantOf } from './variants.ts'
