import type { LastReplica } from '../api/index.ts'

/** Annotation by which a Pod's author says whether a restart may take the last ready Pod of the workload: `"true"` or `"false"`. */
export const LAST_REPLICA_ANNOTATION = 'plimsoll.dev/restart-last-replica'

/** @param said value of the annotation; undefined without it */
export function mayTakeLastReplica(setting: LastReplica, said: string | undefined): boolean {
  return setting === 'always' ? said === undefined || said === 'true' : setting === 'annotated' && said === 'true'
}
