import { HistoryError, type HistorySource, type ReadOptions, type TimeWindow, type UsageSample } from '../source.ts'
import { BadRows, type BadRowsSummary } from './bad-rows.ts'
import { readBytes } from './bytes.ts'
import { csvReader } from './csv.ts'
import { MAX_LINE_LENGTH, readLines } from './lines.ts'
import { isOpenMetrics, openMetricsReader } from './open-metrics.ts'
import { readOwners } from './owners-in-file.ts'
import type { RowReader } from './row-reader.ts'

export interface FileHistoryOptions {
  /** Told once at the end of a reading (a failed one too) in which rows were bad. */
  readonly onBadRows?: (summary: BadRowsSummary) => void
}

/**
 * Usage history from a file: CSV (`workload,timestamp,cpu_cores,memory_bytes`, optionally `namespace,kind,container,pod`,
 * found by the header) or OpenMetrics text as `promtool tsdb create-blocks-from openmetrics` takes it, plain or gzip,
 * told apart by what they hold. Read as a stream; a row that cannot be used is counted and left out.
 *
 * Reading throws HistoryError where the file cannot be read, is neither, is cut short, or more than 1 % of its rows
 * are bad.
 */
export function fileHistory(path: string, options: FileHistoryOptions = {}): HistorySource {
  return {
    name: `file ${path}`,
    read: (readOptions = {}) => read(path, options, readOptions),
  }
}

async function* read(
  path: string,
  { onBadRows }: FileHistoryOptions,
  { window, signal, onProgress }: ReadOptions,
): AsyncGenerator<readonly UsageSample[]> {
  const rows = new BadRows(path)
  let reader: RowReader | undefined
  let share = 0
  let count = 0
  try {
    const bytes = readBytes(path, (read) => {
      share = read
    })
    for await (const { firstLine, lines } of readLines(bytes)) {
      signal?.throwIfAborted()
      const samples: UsageSample[] = []
      for (let i = 0; i < lines.length; i++) {
        const line = lines[i]!
        if (line === '') continue
        if (!reader) {
          reader = await readerFor(path, line, window, signal)
          if (line === null || !isOpenMetrics(line)) continue
        }
        if (line !== null && !reader.isRow(line)) continue
        rows.rows++
        const why = line === null ? `longer than ${MAX_LINE_LENGTH} characters` : reader.take(line, samples)
        if (why !== undefined) rows.add(firstLine + i, why)
      }
      count += samples.length
      onProgress?.({ samples: count, share })
      if (samples.length > 0) yield samples
    }
    rows.judge()
    const why = reader ? reader.whyIncomplete(rows.rows) : 'it is blank'
    if (why) throw new HistoryError(`${path} is no usage history: ${why}`)
  } finally {
    if (rows.bad > 0) onBadRows?.(rows)
  }
}

async function readerFor(
  path: string,
  firstLine: string | null,
  window: TimeWindow | undefined,
  signal: AbortSignal | undefined,
): Promise<RowReader> {
  // U+FFFD stands for bytes that are not UTF-8.
  if (firstLine === null || /[\0\ufffd]/.test(firstLine)) {
    throw new HistoryError(`${path} is not text: expected CSV with a header line, or OpenMetrics text, plain or gzip`)
  }
  if (isOpenMetrics(firstLine)) return openMetricsReader(await readOwners(path, signal), window)
  return csvReader(path, firstLine, window)
}
