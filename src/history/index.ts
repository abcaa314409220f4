export type { BadRowsSummary } from './file/bad-rows.ts'
export { fileHistory } from './file/file-history.ts'
export { inColumns, inTimeOrder, UsageColumns } from './in-time-order.ts'
export { type ContainerOf, MetricsApi } from './metrics-api.ts'
export { type PrometheusOptions, prometheusHistory } from './prometheus/prometheus-history.ts'
export {
  type AskedForByContainer,
  type PodSignals,
  prometheusSignals,
  type Signals,
  type Troubles,
} from './prometheus/signals.ts'
export { type CpuPeriods, cpuThrottling } from './prometheus/throttling.ts'
export {
  HistoryError,
  type HistorySource,
  type OomKill,
  type ReadOptions,
  type ReadProgress,
  type TimeWindow,
  type UsageSample,
} from './source.ts'
export { type SyntheticOptions, syntheticHistory } from './synthetic.ts'
