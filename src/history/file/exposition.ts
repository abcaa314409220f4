import type { Labels } from '../owners.ts'

/** One sample of Prometheus or OpenMetrics text, with its labels as in the text. */
export interface ExposedSample {
  readonly labelText: string
  readonly value: string
  /** Timestamp as in the text; undefined if the sample has none. */
  readonly timestamp: string | undefined
}

/** The part after the labels: a value, a timestamp, and an exemplar, which is ignored. */
const TAIL = /\s*(\S+)(?:\s+(?!#)(\S+))?\s*(?:#.*)?$/y
const LABEL = /\s*(?:([a-zA-Z_][a-zA-Z0-9_]*)|"((?:[^"\\]|\\.)*)")\s*(?:=\s*"((?:[^"\\]|\\.)*)"\s*)?(?:,|$)/y
const ESCAPED = /\\(.)/g

/** Splits a line into its sample; undefined if it has no labels or no value. */
export function splitSample(line: string): ExposedSample | undefined {
  const start = line.indexOf('{')
  const end = start < 0 ? -1 : endOfLabels(line, start + 1)
  if (end < 0) return undefined
  TAIL.lastIndex = end + 1
  const tail = TAIL.exec(line)
  return tail ? { labelText: line.slice(start + 1, end), value: tail[1]!, timestamp: tail[2] } : undefined
}

/** Index of the brace that closes the labels; -1 if there is none. */
function endOfLabels(line: string, from: number): number {
  let quoted = false
  for (let i = from; i < line.length; i++) {
    const char = line.charCodeAt(i)
    if (char === 0x22) quoted = !quoted
    else if (char === 0x5c) i++
    else if (char === 0x7d && !quoted) return i
  }
  return -1
}

/** Parses the labels between the braces; undefined if they are not labels. A quoted name without a value is the metric's. */
export function parseLabels(text: string): Labels | undefined {
  const labels: Record<string, string> = Object.create(null)
  LABEL.lastIndex = 0
  while (LABEL.lastIndex < text.length) {
    const [, name, quoted, value] = LABEL.exec(text) ?? []
    if (value === undefined) {
      if (quoted === undefined || labels.__name__ !== undefined) return undefined
      labels.__name__ = unescaped(quoted)
    } else labels[name ?? unescaped(quoted!)] = unescaped(value)
  }
  return labels
}

function unescaped(text: string): string {
  return text.includes('\\') ? text.replace(ESCAPED, (_, char: string) => (char === 'n' ? '\n' : char)) : text
}

const NAME = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*\{/
/** The name of a metric among the labels: first if it is quoted, as in `{"name", …}`, or as `promtool tsdb dump` writes it. */
const QUOTED_NAME = /^\s*\{\s*"([a-zA-Z_:][a-zA-Z0-9_:]*)"\s*[,}]/
const NAME_LABEL = /[{,\s]__name__\s*=\s*"([a-zA-Z_:][a-zA-Z0-9_:]*)"/

/** Name of the metric in a line: before the labels, or among them; undefined if it has none. */
export function metricOf(line: string): string | undefined {
  const inFront = NAME.exec(line)?.[1]
  if (inFront !== undefined) return inFront
  if (!line.trimStart().startsWith('{')) return undefined
  return QUOTED_NAME.exec(line)?.[1] ?? NAME_LABEL.exec(line)?.[1]
}

/** A column that Grafana names after a series: `container_memory_working_set_bytes{namespace="shop", pod="web-0", …}`. */
export const SERIES = /^([a-zA-Z_:][a-zA-Z0-9_:]*)?\s*\{(.*)\}$/

/** Whether the columns of a table are series of Prometheus, as in Grafana's "Series joined by time". */
export function hasSeriesColumns(names: readonly string[]): boolean {
  return names.length > 1 && names.slice(1).every((name) => SERIES.test(name))
}
