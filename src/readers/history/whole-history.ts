import {
  HistoryError,
  type HistorySource,
  inColumns,
  type ReadOptions,
  type UsageColumns,
} from '../../history/index.ts'
import { SampleSpacing } from './sample-spacing.ts'

export interface WholeHistory {
  /** Each container's, in order of time. */
  readonly usage: readonly UsageColumns[]
  /** Between two samples of a Pod. */
  readonly stepSeconds: number
  readonly firstSeconds: number
  readonly lastSeconds: number
}

/** @throws HistoryError where it cannot be read, or holds nothing to go by */
export async function readHistory(source: HistorySource, options: ReadOptions): Promise<WholeHistory> {
  const spacing = new SampleSpacing()
  const usage = (await inColumns(spacing.watch(source.read(options)))).filter(({ length }) => length > 0)
  if (usage.length === 0) throw new HistoryError(`${source.name}: no usage in it`)
  const stepSeconds = spacing.commonest
  if (stepSeconds === undefined) throw new HistoryError(`${source.name}: no container has more than one sample`)
  let [firstSeconds, lastSeconds] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const columns of usage) {
    firstSeconds = Math.min(firstSeconds, columns.secondsAt(0))
    lastSeconds = Math.max(lastSeconds, columns.secondsAt(columns.length - 1))
  }
  return { usage, stepSeconds, firstSeconds, lastSeconds }
}
