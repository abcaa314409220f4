import { LRUCache } from 'lru-cache'
import type { WorkloadContainer } from '../../workloads/index.ts'
import { Containers } from '../containers.ts'
import { MAX_BYTES, MAX_CORES } from '../limits.ts'
import { whyNotNamed } from '../names.ts'
import { own } from '../own.ts'
import { quote } from '../quote.ts'
import { HistoryError, type TimeWindow, type UsageSample } from '../source.ts'
import { decimal, timeSeconds, whyNotATime, whyNotUsage } from './numbers.ts'
import { isInside, type RowReader, SERIES_FOLLOWED } from './row-reader.ts'

const REQUIRED = ['workload', 'timestamp', 'cpu_cores', 'memory_bytes'] as const
const OPTIONAL = ['namespace', 'kind', 'container', 'pod'] as const
const EXPECTED = `${REQUIRED.join(',')} and optionally ${OPTIONAL.join(',')}, in any order`

type Column = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number]

/** State of one container of one Pod while its rows are read. */
interface Series {
  readonly container: WorkloadContainer
  readonly pod: string
  lastSeconds: number
}

/**
 * Reader of CSV rows with the columns that the header names. Columns with other names are ignored.
 *
 * @param path path of the file, for messages
 * @throws HistoryError if the header lacks a column or has one twice
 */
export function csvReader(path: string, header: string, window?: TimeWindow): RowReader {
  const columns = columnsOf(path, header)
  const count = columns.length
  const at = (column: Column) => columns.indexOf(column)
  const workload = at('workload')
  const timestamp = at('timestamp')
  const cpu = at('cpu_cores')
  const memory = at('memory_bytes')
  const [namespace, kind, container, pod] = OPTIONAL.map(at) as [number, number, number, number]
  const identity = [workload, namespace, kind, container, pod].filter((index) => index >= 0)

  const containers = new Containers()
  const followed = new LRUCache<string, Series>({ max: SERIES_FOLLOWED })
  // Most files are sorted by workload: nearly every row is of the series of the row before.
  let lastKey = ''
  let last: Series | undefined

  function follow(key: string, fields: readonly string[]): Series | string {
    const name = fields[workload]!
    const field = (index: number, otherwise: string) => fields[index] || otherwise
    const owner = { namespace: field(namespace, 'default'), kind: field(kind, 'Deployment'), name }
    const itsContainer = field(container, name)
    const itsPod = field(pod, '')
    const why = whyNotNamed(owner, itsContainer, itsPod)
    if (why) return why
    const series = { container: containers.intern(owner, itsContainer), pod: own(itsPod), lastSeconds: -1 }
    followed.set(own(key), series)
    return series
  }

  return {
    isRow: () => true,
    whyIncomplete: (rows) => (rows === 0 ? 'it has a header and no rows' : undefined),
    take(row: string, samples: UsageSample[]): string | undefined {
      const fields = row.includes('"') ? quotedFields(row) : row.split(',')
      if (!fields) return 'a quote is not closed, or stands inside a field'
      if (fields.length !== count) return `${fields.length} fields, but the header has ${count}`

      const timestampSeconds = timeSeconds(fields[timestamp]!)
      if (Number.isNaN(timestampSeconds)) return whyNotATime(fields[timestamp]!)
      const cpuCores = decimal(fields[cpu]!)
      const memoryBytes = decimal(fields[memory]!)
      const why =
        whyNotUsage('cpu_cores', fields[cpu]!, cpuCores, MAX_CORES) ??
        whyNotUsage('memory_bytes', fields[memory]!, memoryBytes, MAX_BYTES)
      if (why) return why

      let key = fields[workload]!
      for (let i = 1; i < identity.length; i++) key += `,${fields[identity[i]!]}`
      if (!last || key !== lastKey) {
        const series = followed.get(key) ?? follow(key, fields)
        if (typeof series === 'string') return series
        last = series
        lastKey = key
      }
      if (timestampSeconds <= last.lastSeconds) {
        return `timestamp ${quote(fields[timestamp]!)} is not after the one before it of the same container`
      }
      last.lastSeconds = timestampSeconds
      if (isInside(window, timestampSeconds)) {
        samples.push({ container: last.container, pod: last.pod, timestampSeconds, cpuCores, memoryBytes })
      }
      return undefined
    },
  }
}

function columnsOf(path: string, header: string): string[] {
  const columns = (quotedFields(header) ?? []).map((name) => name.trim())
  const missing = REQUIRED.filter((name) => !columns.includes(name))
  if (missing.length > 0) {
    throw new HistoryError(
      `${path}: line 1 is neither OpenMetrics text nor a CSV header with ${missing.join(', ')}. ` +
        `Expected the columns ${EXPECTED}; found ${quote(header, 120)}`,
    )
  }
  const twice = [...REQUIRED, ...OPTIONAL].find((name) => columns.indexOf(name) !== columns.lastIndexOf(name))
  if (twice) throw new HistoryError(`${path}: the CSV header has the column ${twice} twice`)
  return columns
}

const QUOTED_FIELD = /(?:"((?:[^"]|"")*)"|([^",]*))(?:,|$)/y

/**
 * Fields of a row that has quotes, by RFC 4180 except for line breaks inside quotes: no name contains one, so an unclosed quote
 * spoils only its own row. Undefined if the quotes are not balanced.
 */
function quotedFields(row: string): string[] | undefined {
  const fields: string[] = []
  const text = `${row},`
  QUOTED_FIELD.lastIndex = 0
  while (QUOTED_FIELD.lastIndex < text.length) {
    const match = QUOTED_FIELD.exec(text)
    if (!match) return undefined
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2]!)
  }
  return fields
}
