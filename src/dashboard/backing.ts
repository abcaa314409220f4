import type { Recommendation } from '../api/index.ts'
import type { HistorySource } from '../history/index.ts'
import type { FleetInsight } from '../insight/index.ts'
import type { MinimumHistory } from '../learner/index.ts'
import type { Workload } from '../workloads/index.ts'
import type { Viewer } from './sign-in/viewer.ts'
import type { Explained } from './wire.ts'

/** Where usage over time is read from. */
export interface UsageHistory {
  /** @param stepSeconds between two samples, where the source can choose */
  source(stepSeconds: number): HistorySource
  /** Unix time: the end of what is shown, if not the present. */
  nowSeconds(): number
  /** Less than this, and nothing is recommended; the learner's own when absent. */
  readonly minimumHistory?: MinimumHistory
}

/** What stands behind the dashboard: a cluster, or the recording that comes with the program. */
export interface Backing {
  /** All there is to see, read anew. */
  readFleet(): Promise<FleetInsight>
  /**
   * One Recommendation, with the rights of whoever looks; undefined where there is none.
   * @throws KubeError where they may not
   */
  recommendation(viewer: Viewer, workload: Workload): Promise<Recommendation | undefined>
  /** The last one of each container that its Pods tell of, with the rights of whoever looks. @throws KubeError where they may not */
  oomKills(
    viewer: Viewer,
    workload: Workload,
  ): Promise<readonly { readonly container: string; readonly time: string }[]>
  /** Why its next Pod would be sized as it would be, with the rights of whoever looks. @throws Error for people */
  explain(viewer: Viewer, workload: Workload): Promise<Explained>
  /** Absent: `noUsage` says why. */
  readonly usage: UsageHistory | { readonly none: string }
  /** Why nothing can be decided here; absent where it can. */
  readonly readOnly?: string
}
