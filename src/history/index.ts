export {
  HistoryError,
  type HistorySource,
  type ReadOptions,
  type ReadProgress,
  type TimeWindow,
  type UsageSample,
} from './source.ts'
