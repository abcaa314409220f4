import type { Labels } from '../history/index.ts'
import type { WorkloadContainer } from '../workloads/index.ts'
import type { RangeSeries } from './answer.ts'
import type { Reporter } from './layout.ts'

/** Decides which series belong to the cluster that is read. */
export interface ClusterGuard {
  /** Labels that distinguish series of different clusters. */
  readonly names: readonly string[]
  /**
   * Whether a series belongs to the cluster.
   *
   * @param names labels to compare, from `names`; by default all
   */
  accepts(reporter: Reporter, series: Labels, names?: readonly string[]): boolean
  /** Time (Unix seconds) from which samples of a Pod of this name are not from the cluster; infinite if all are. */
  endOf(namespace: string, pod: string): number
  /**
   * Checks series of one container of a workload that are used together.
   *
   * @throws HistoryError if they are from several clusters
   */
  together(reporter: Reporter, container: WorkloadContainer, series: readonly Labels[]): void
  /** The same for series of one container of one Pod, with their times. */
  ofOnePod(container: WorkloadContainer, series: readonly RangeSeries[]): void
}
