export { allotmentsOf } from './amounts.ts'
export {
  type ClusterWorkload,
  clusterWorkloads,
  type FleetInsightList,
  insightList,
  type UnreadCluster,
} from './clusters.ts'
export type { ContainerFacts, FleetFacts, HpaFacts, PerResource, WorkloadFacts } from './facts.ts'
export { fleetInsight, restrict } from './fleet.ts'
export { idleOf } from './idle.ts'
export { type LookBack, lookBack } from './look-back.ts'
export type * from './model.ts'
export { asksOf, type Happened, type PodAsks, workloadsOf } from './pod-asks.ts'
export { costPerMonth, HOURS_PER_MONTH, nodePerMonth, priceOfNode } from './prices.ts'
export { RISK_CODES } from './risk-codes.ts'
export { formatCount, plural } from './text.ts'
export { topByMoney } from './top.ts'
export { type WorkloadRequests, workloadRequests } from './workload-requests.ts'
