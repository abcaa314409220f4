export { Containers } from './containers.ts'
export { type FileHistoryOptions, fileHistory } from './file/file-history.ts'
export type { TableOptions } from './file/layout.ts'
export { parseNamedColumns } from './file/named-columns.ts'
export type { HistorySummary } from './file/tally.ts'
export { describeFuture, type FutureSamples, withoutFuture } from './future.ts'
export { differing, identifyingLabels, isOfCluster, mayIdentify, NOT_IDENTIFYING, valuesOf } from './identity-labels.ts'
export { inColumns, inTimeOrder, UsageColumns } from './in-time-order.ts'
export { MAX_BYTES, MAX_CORES } from './limits.ts'
export {
  CPU_METRIC,
  MEMORY_METRIC,
  OOM_EVENTS_METRIC,
  PERIODS_METRIC,
  SANDBOX,
  THROTTLED_PERIODS_METRIC,
} from './metrics.ts'
export { MetricsApi } from './metrics-api.ts'
export { isNamespace, whyNotNamed } from './names.ts'
export {
  type Labels,
  labelInMetrics,
  type NoWorkload,
  OWNER_METRICS,
  type OwnerMetric,
  PodOwners,
  subjectOf,
  workloadLabels,
} from './owners.ts'
export { quote } from './quote.ts'
export { namedAsRunning } from './running.ts'
export {
  HistoryError,
  type HistorySource,
  type OomKill,
  type ReadOptions,
  type ReadProgress,
  type TimeWindow,
  type UsageSample,
} from './source.ts'
export { syntheticHistory } from './synthetic.ts'
