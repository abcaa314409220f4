import type { Occurrence } from '../kube/index.ts'
import type { Workload } from '../workloads/index.ts'
import type { Target } from './target.ts'

/** Records Events on a workload, where its owners will look. */
export interface WorkloadEvents {
  /** @param event must have a `series`: a workload may have hundreds of Pods, and each step is about one */
  record(
    workload: Workload,
    event: Omit<Occurrence, 'regarding'> & { readonly series: string },
    signal: AbortSignal,
  ): Promise<void>
}

/** The target of a Pod, for people. */
export function targetText(target: Target): string {
  return target.of === 'revision' ? `revision ${target.revision}` : 'what its author wrote'
}
