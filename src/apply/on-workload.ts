import type { Occurrence } from '../kube/index.ts'
import type { Workload } from '../workloads/index.ts'
import type { Target } from './target.ts'

/** Records Events on a workload, where its owners look. */
export interface WorkloadEvents {
  /** @param event must have a `series`: a workload may have hundreds of Pods, and each step concerns one */
  record(
    workload: Workload,
    event: Omit<Occurrence, 'regarding'> & { readonly series: string },
    signal: AbortSignal,
  ): Promise<void>
}

/** What a Pod should have, for people. */
export function targetText(target: Target): string {
  return target.of === 'revision' ? `revision ${target.revision}` : 'what its author wrote'
}
