import { type FleetInsight, INSIGHT_VERSION, type Totals, type WorkloadInsight } from './model.ts'
import { topByMoney, topByRisk } from './top.ts'
import { totalsOf } from './totals.ts'

/** A workload of one of several clusters. */
export type ClusterWorkload = WorkloadInsight & { readonly cluster: string }

/** A cluster that could not be read. */
export interface UnreadCluster {
  readonly cluster: string
  readonly error: string
}

/** Insights into several clusters, and their sums. `plimsoll report -o json` prints it for several clusters. */
export interface FleetInsightList<Insight extends FleetInsight = FleetInsight> {
  readonly apiVersion: typeof INSIGHT_VERSION
  readonly kind: 'FleetInsightList'
  /** Sums over the clusters that could be read. */
  readonly total: Totals
  /** At most ten workloads each, of all clusters: those with most still to save, and those at the highest risk. */
  readonly topByMoney: readonly { readonly cluster: string; readonly key: string }[]
  readonly topByRisk: readonly { readonly cluster: string; readonly key: string }[]
  /** The clusters, in the order in which they were named. */
  readonly items: readonly (Insight & { readonly cluster: string })[]
  readonly unread: readonly UnreadCluster[]
}

/** Adds up the insights into several clusters. All must have the same prices. */
export function insightList<Insight extends FleetInsight>(
  items: readonly (Insight & { readonly cluster: string })[],
  unread: readonly UnreadCluster[],
): FleetInsightList<Insight> {
  const workloads = clusterWorkloads(items)
  const place = ({ cluster, key }: ClusterWorkload) => ({ cluster, key })
  return {
    apiVersion: INSIGHT_VERSION,
    kind: 'FleetInsightList',
    total: totalsOf(workloads),
    topByMoney: topByMoney(workloads).map(place),
    topByRisk: topByRisk(workloads).map(place),
    ...{ items, unread },
  }
}

/** The workloads of all clusters, each with the name of its cluster. */
export function clusterWorkloads(
  items: readonly (FleetInsight & { readonly cluster: string })[],
): readonly ClusterWorkload[] {
  return items.flatMap(({ cluster, workloads }) => workloads.map((one) => ({ ...one, cluster })))
}
