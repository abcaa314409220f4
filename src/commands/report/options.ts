import type { Goal } from '../../api/index.ts'
import type { HistoryOptions, PriceOptions } from '../../readers/index.ts'
import type { Condition } from './fail-on.ts'

export interface ReportOptions extends HistoryOptions, PriceOptions {
  readonly cluster?: boolean
  /** Contexts of the kubeconfigs, each of one cluster. */
  readonly context?: readonly string[]
  /** Kubeconfigs: without contexts, each stands for the cluster of its current context. */
  readonly kubeconfig?: readonly string[]
  readonly namespace?: readonly string[]
  readonly selector?: string
  readonly prometheusDays?: number
  readonly datadogDays?: number
  readonly decisions?: string
  readonly pods?: readonly string[]
  readonly config?: string
  readonly plimsollNamespace: string
  readonly goal: Goal
  readonly output: 'table' | 'wide' | 'json' | 'yaml' | 'csv' | 'bill-csv'
  readonly nodeShapes?: boolean
  readonly failOn?: readonly Condition[]
}
