import { VPAS } from '../kube/index.ts'
import { ATTUNE_POLICIES } from './plan/attune/object.ts'
import type { ClusterState } from './plan/cluster-state.ts'
import type { Recorded } from './plan/undo.ts'

/** Objects that a migration may have changed, in the order in which an undo restores them: what follows others comes first. */
export function recordedObjects({ vpas, attunePolicies, workloads }: ClusterState): readonly Recorded[] {
  return [
    ...vpas.map((object) => ({ type: VPAS, object })),
    ...attunePolicies.map((object) => ({ type: ATTUNE_POLICIES, object })),
    ...workloads.map(({ type, object }) => ({ type, object })),
  ]
}
