import type { Recommendation } from '../api/index.ts'
import type { ExperimentReport } from '../experiment-client/index.ts'
import type { HistorySource } from '../history/index.ts'
import type { FleetInsight } from '../insight/index.ts'
import type { MinimumHistory } from '../learner/index.ts'
import type { Workload } from '../workloads/index.ts'
import type { Viewer } from './sign-in/viewer.ts'
import type { Detail, Explained } from './wire.ts'

/** Source of usage over time. */
export interface UsageHistory {
  /** @param stepSeconds time between two samples, used if the source can choose it */
  source(stepSeconds: number): HistorySource
  /** End of what is shown, in seconds since 1970: now, or the end of a recording. */
  nowSeconds(): number
  /** Least history of a container that gets a recommendation; the learner's own minimum if absent. */
  readonly minimumHistory?: MinimumHistory
}

/** Data source of the dashboard: a cluster, or the recording that comes with the program. */
export interface Backing {
  /** Reads the whole fleet again. */
  readFleet(): Promise<FleetInsight>
  /**
   * Reads one Recommendation with the rights of the viewer; undefined if there is none.
   *
   * @throws KubeError if the viewer may not read it
   */
  recommendation(viewer: Viewer, workload: Workload): Promise<Recommendation | undefined>
  /**
   * Reads what the workload's Pods carry, and the last OOM kills of each container that they report, with the rights of the viewer.
   *
   * @throws KubeError if the viewer may not read the Pods
   */
  pods(viewer: Viewer, workload: Workload): Promise<Pick<Detail, 'carried' | 'oomKills'>>
  /**
   * Explains how the next Pod would be sized, with the rights of the viewer.
   *
   * @throws Error with a message for people
   */
  explain(viewer: Viewer, workload: Workload): Promise<Explained>
  /**
   * Reads Experiments with the rights of the viewer, the newest first: of one namespace, or of all. Absent where there can be none.
   *
   * @throws KubeError if the viewer may not read them
   */
  experiments?(viewer: Viewer, namespace: string | undefined): Promise<readonly ExperimentReport[]>
  /** Usage over time, or the reason why there is none. */
  readonly usage: UsageHistory | { readonly none: string }
  /** Why nothing can be decided here, as text for people; absent if decisions are possible. */
  readonly readOnly?: string
}
