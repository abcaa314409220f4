export type { BadRow, BadRowsSummary } from './file/bad-rows.ts'
export { type FileHistoryOptions, fileHistory } from './file/file-history.ts'
export {
  HistoryError,
  type HistorySource,
  type ReadOptions,
  type ReadProgress,
  type TimeWindow,
  type UsageSample,
} from './source.ts'
