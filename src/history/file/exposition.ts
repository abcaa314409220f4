import type { Labels } from '../owners.ts'

/** One sample of OpenMetrics text, with its labels as they are written. */
export interface ExposedSample {
  readonly labelText: string
  readonly value: string
  /** Timestamp as it is written; undefined if the sample has none. */
  readonly timestamp: string | undefined
}

/** What follows the labels: a value, a timestamp, and an exemplar, which is ignored. */
const TAIL = /\s*(\S+)(?:\s+(?!#)(\S+))?\s*(?:#.*)?$/y
const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/y
const ESCAPED = /\\(.)/g

/** Splits a line of this metric; undefined if it has no labels or no value. */
export function splitSample(metric: string, line: string): ExposedSample | undefined {
  if (line[metric.length] !== '{') return undefined
  const end = endOfLabels(line, metric.length + 1)
  if (end < 0) return undefined
  TAIL.lastIndex = end + 1
  const tail = TAIL.exec(line)
  return tail ? { labelText: line.slice(metric.length + 1, end), value: tail[1]!, timestamp: tail[2] } : undefined
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

/** Parses labels as they are written between the braces; undefined if they are not labels. */
export function parseLabels(text: string): Labels | undefined {
  const labels: Record<string, string> = Object.create(null)
  LABEL.lastIndex = 0
  while (LABEL.lastIndex < text.length) {
    const match = LABEL.exec(text)
    if (!match) return undefined
    labels[match[1]!] = match[2]!.replace(ESCAPED, (_, char: string) => (char === 'n' ? '\n' : char))
  }
  return labels
}

/** Whether a line is a sample of this metric, and not of one whose name only begins with it. */
export function isOf(metric: string, line: string): boolean {
  return line.startsWith(metric) && line[metric.length] === '{'
}
