import type { FleetInsight } from '../../insight/index.ts'
import { type RequestsOf, wholeQuantities } from '../../nodes/index.ts'

/** Requests from the insight; where it has none, a Pod keeps what it has. */
export function requestsFrom({ workloads }: FleetInsight, field: 'author' | 'applied' | 'learned'): RequestsOf {
  const byContainer = new Map(
    workloads.flatMap(({ key, containers }) =>
      containers.map(({ name, cpuCores, memoryBytes }) => {
        const [cpu, memory] = [cpuCores[field]?.request, memoryBytes[field]?.request]
        return [`${key}\n${name}`, wholeQuantities({ cores: cpu, bytes: memory })] as const
      }),
    ),
  )
  return ({ workload }, { name }) => byContainer.get(`${workload}\n${name}`) ?? {}
}
