export type { ContainerFacts, FleetFacts, PerResource, WorkloadFacts } from './facts.ts'
export { byMoney, byRisk, fleetInsight, restrict } from './fleet.ts'
export type * from './model.ts'
export { costPerMonth, DEFAULT_PRICES, HOURS_PER_MONTH, Prices, priceOfNode } from './prices.ts'
