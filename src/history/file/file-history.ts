import { HistoryError, type HistorySource, type ReadOptions, type TimeWindow, type UsageSample } from '../source.ts'
import { BadRows, type BadRowsSummary } from './bad-rows.ts'
import { readBytes } from './bytes.ts'
import { csvReader } from './csv.ts'
import { MAX_LINE_LENGTH, readLines } from './lines.ts'
import { isOpenMetrics, openMetricsReader } from './open-metrics.ts'
import { readOwners } from './owners-in-file.ts'
import type { RowReader } from './row-reader.ts'

export interface FileHistoryOptions {
  /** Called once at the end of a reading, even a failed one, if rows were bad. */
  readonly onBadRows?: (summary: BadRowsSummary) => void
}

/**
 * Usage history from a file: CSV (`workload,timestamp,cpu_cores,memory_bytes`, optionally `namespace,kind,container,pod`, found
 * by the header) or OpenMetrics text as `promtool tsdb create-blocks-from openmetrics` reads it, plain or gzip. The content
 * tells which. It is read as a stream; rows that cannot be used are counted and left out.
 *
 * Reading throws HistoryError if the file cannot be read, has neither format, is cut short, or more than 1 % of its rows are
 * bad.
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
  // The decoder puts U+FFFD in place of bytes that are not UTF-8.
  if (firstLine === null || /[\0\ufffd]/.test(firstLine)) {
    throw new HistoryError(`${path} is not text: expected CSV with a header line, or OpenMetrics text, plain or gzip`)
  }
  if (isOpenMetrics(firstLine)) return openMetricsReader(await readOwners(path, signal), window)
  return csvReader(path, firstLine, window)
}
