import type { Goal } from '../../api/index.ts'
import type { ClusterChoice } from '../../kube/index.ts'

/** Options of `plimsoll try`. */
export interface TryOptions extends ClusterChoice {
  readonly namespace?: string
  readonly load?: readonly string[]
  readonly files?: readonly string[]
  readonly duration?: string
  readonly warmUp?: string
  readonly p50?: string
  readonly p90?: string
  readonly p95?: string
  readonly p99?: string
  readonly errorRate?: string
  readonly vary?: readonly string[]
  readonly trials?: number
  readonly goal?: Goal
  readonly pauseAutoscalers?: boolean
  readonly gitopsSuspended?: boolean
  readonly applyTo?: string
  readonly name?: string
  readonly yes?: boolean
  readonly keep?: boolean
  readonly status?: string
  readonly output: 'text' | 'json' | 'html'
  readonly plimsollNamespace: string
}
