import {
  HistoryError,
  type HistorySource,
  inColumns,
  type ReadOptions,
  type UsageColumns,
} from '../../history/index.ts'
import { SampleSpacing } from './sample-spacing.ts'

export interface WholeHistory {
  /** Usage of each container, in order of time. */
  readonly usage: readonly UsageColumns[]
  /** Seconds between two samples of a Pod. */
  readonly stepSeconds: number
  readonly firstSeconds: number
  readonly lastSeconds: number
}

/**
 * Reads a whole history into memory.
 *
 * @throws HistoryError if it cannot be read, is empty, or no container has two samples
 */
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
