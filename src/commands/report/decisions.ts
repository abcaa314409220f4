import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { labelsOf } from '../../backtest/index.ts'
import type { UsageColumns } from '../../history/index.ts'
import type { Decision } from '../../scoring/index.ts'
import { CommandError } from '../failure.ts'

const COLUMNS = ['workload', 'timestamp', 'cpu_request', 'memory_request', 'cpu_limit', 'memory_limit']
const CONFIDENCE = ['cpu_confidence', 'memory_confidence']
const MAX_ROWS = 10_000_000
const MAX_LINE = 1_000

/** Decisions by the label of the container in their rows. */
export type DecisionsByLabel = ReadonlyMap<string, readonly Decision[]>

/**
 * Reads decisions as `backtest --out` writes them: cores, bytes and seconds since 1970. A blank memory limit means that
 * there is none; CPU limits are not used.
 *
 * @throws CommandError that names the line that cannot be used
 */
export async function readDecisions(path: string): Promise<DecisionsByLabel> {
  const found = new Map<string, Decision[]>()
  const file = createReadStream(path)
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file
  file.on('error', (error) => input.destroy(error))
  let number = 0
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++
      if (number === 1) checkHeader(path, line)
      else if (line !== '') take(found, line, `${path}, line ${number}`)
      if (number > MAX_ROWS) throw new CommandError(`${path} has more than ${MAX_ROWS.toLocaleString('en')} rows`)
    }
  } catch (cause) {
    if (cause instanceof CommandError) throw cause
    throw new CommandError(`${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
  if (found.size === 0) throw new CommandError(`${path} has no decisions`)
  for (const decisions of found.values()) decisions.sort((a, b) => a.fromSeconds - b.fromSeconds)
  return found
}

/**
 * Assigns decisions to the containers of a history, by the labels that `backtest --out` writes.
 *
 * @throws CommandError if a label belongs to no container of the history
 */
export function decisionsOf(
  byLabel: DecisionsByLabel,
  usage: readonly UsageColumns[],
): ReadonlyMap<UsageColumns, readonly Decision[]> {
  const labels = labelsOf(usage)
  const known = new Set(labels.values())
  const stray = [...byLabel.keys()].find((label) => !known.has(label))
  if (stray !== undefined) {
    throw new CommandError(`--decisions: "${stray}" is not a workload of the history; "${[...known][0]}" is one`)
  }
  return new Map(usage.map((columns) => [columns, byLabel.get(labels.get(columns)!) ?? []]))
}

function checkHeader(path: string, line: string): void {
  const header = line.trim()
  if (header === COLUMNS.join(',') || header === [...COLUMNS, ...CONFIDENCE].join(',')) return
  throw new CommandError(
    `${path} is not a file of decisions: its first line must be ${COLUMNS.join(',')}, optionally followed by ${CONFIDENCE.join(',')}`,
  )
}

function take(found: Map<string, Decision[]>, line: string, where: string): void {
  const [label = '', ...texts] = line.length > MAX_LINE ? [] : line.split(',')
  const [fromSeconds, cpuRequestCores, memoryRequestBytes, cpuLimit, memoryLimit, ...confidence] = texts.map((text) =>
    text.trim() === '' ? undefined : Number(text),
  )
  const isAmount = (value: number | undefined) => value === undefined || (Number.isFinite(value) && value >= 0)
  const given = [fromSeconds, cpuRequestCores, memoryRequestBytes]
  const isWhole = texts.length === COLUMNS.length - 1 || texts.length === COLUMNS.length + 1
  if (label === '' || !isWhole || given.includes(undefined) || ![...given, cpuLimit, memoryLimit].every(isAmount)) {
    throw new CommandError(`${where}: expected ${COLUMNS.join(',')} with numbers that are not negative`)
  }
  const its = found.get(label) ?? []
  found.set(label, its)
  its.push({
    fromSeconds: fromSeconds!,
    cpuRequestCores: cpuRequestCores!,
    memoryRequestBytes: memoryRequestBytes!,
    memoryLimitBytes: memoryLimit ?? Number.POSITIVE_INFINITY,
    cpuConfidence: confidence[0] ?? Number.NaN,
    memoryConfidence: confidence[1] ?? Number.NaN,
  })
}
