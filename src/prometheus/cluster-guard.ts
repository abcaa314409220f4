import type { Labels } from '../history/index.ts'
import type { WorkloadContainer } from '../workloads/index.ts'
import type { RangeSeries } from './answer.ts'
import type { Reporter } from './layout.ts'

/** Decides which series belong to the cluster that is read. */
export interface ClusterGuard {
  /** Labels by which series are told apart. */
  readonly names: readonly string[]
  /**
   * Whether a series belongs to the cluster.
   *
   * @param names labels that are compared, of `names`; by default all
   */
  accepts(reporter: Reporter, series: Labels, names?: readonly string[]): boolean
  /** Time (Unix seconds) from which samples of a Pod of this name are not of the cluster; infinite if they all are. */
  endOf(namespace: string, pod: string): number
  /**
   * Takes notice of series of one container of a workload that are used together.
   *
   * @throws HistoryError if they are of several clusters
   */
  together(reporter: Reporter, container: WorkloadContainer, series: readonly Labels[]): void
  /** The same for series of one container of one Pod, with their times. */
  ofOnePod(container: WorkloadContainer, series: readonly RangeSeries[]): void
}
