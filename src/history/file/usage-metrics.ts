import { CPU_METRIC, MEMORY_METRIC } from '../metrics.ts'
import type { Resource } from './units.ts'

/** A metric of usage in text files. */
export interface UsageMetric {
  readonly name: string
  readonly resource: Resource
  /** Whether it counts seconds of CPU; otherwise it is in cores or bytes. */
  readonly isCounter: boolean
}

/** cAdvisor's metrics, and those of the recording rules of kubernetes-mixin. */
const ALL: readonly UsageMetric[] = [
  { name: CPU_METRIC, resource: 'cpu', isCounter: true },
  { name: MEMORY_METRIC, resource: 'memory', isCounter: false },
  ...['sum_irate', 'sum_rate', 'sum_rate5m'].map((rate) => ({
    name: `node_namespace_pod_container:${CPU_METRIC}:${rate}`,
    resource: 'cpu' as const,
    isCounter: false,
  })),
  { name: `node_namespace_pod_container:${MEMORY_METRIC}`, resource: 'memory', isCounter: false },
]

export const USAGE_METRICS: ReadonlyMap<string, UsageMetric> = new Map(ALL.map((metric) => [metric.name, metric]))
