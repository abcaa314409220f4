export type { BadRow, BadRowsSummary } from './file/bad-rows.ts'
export { type FileHistoryOptions, fileHistory } from './file/file-history.ts'
export { type ContainerOf, MetricsApi } from './metrics-api.ts'
export type { Retry } from './prometheus/backoff.ts'
export { type PrometheusOptions, prometheusHistory } from './prometheus/prometheus-history.ts'
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
