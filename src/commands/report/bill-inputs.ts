import { type FleetInsight, nodePerMonth, type PriceTable } from '../../insight/index.ts'
import type { PriceOf, RequestsOf } from '../../nodes/index.ts'

/** Requests from the insight; where it has none, a Pod keeps what it has. */
export function requestsFrom({ workloads }: FleetInsight, field: 'author' | 'applied' | 'learned'): RequestsOf {
  const byContainer = new Map(
    workloads.flatMap(({ key, containers }) =>
      containers.map(({ name, cpuCores, memoryBytes }) => {
        const [cpu, memory] = [cpuCores[field]?.request, memoryBytes[field]?.request]
        const requests = {
          ...(cpu !== undefined && { cpu: Math.ceil(cpu * 1000 - 1e-6) }),
          ...(memory !== undefined && { memory: Math.ceil(memory) }),
        }
        return [`${key}\n${name}`, requests] as const
      }),
    ),
  )
  return ({ workload }, { name }) => byContainer.get(`${workload}\n${name}`) ?? {}
}

/** Prices of nodes per month. */
export function pricesPerMonth(prices: PriceTable): PriceOf {
  return ({ labels, allocatable }) =>
    nodePerMonth(prices, labels, { cores: allocatable.cpu! / 1000, bytes: allocatable.memory! })
}
