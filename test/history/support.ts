import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import {
  type FileHistoryOptions,
  fileHistory,
  type HistorySource,
  type HistorySummary,
  type ReadOptions,
  type UsageSample,
} from '../../src/history/index.ts'
import { containerKey } from '../../src/workloads/index.ts'

/** A directory that is removed after the test. */
export function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-history-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** All samples of a source. */
export async function collect(source: HistorySource, options: ReadOptions = {}): Promise<UsageSample[]> {
  const samples: UsageSample[] = []
  for await (const batch of source.read(options)) samples.push(...batch)
  return samples
}

/** `container@time cpu memory`, easily compared. */
export function spell({ container, pod, timestampSeconds, cpuCores, memoryBytes }: UsageSample): string {
  return `${containerKey(container)}${pod && `[${pod}]`}@${timestampSeconds} ${round(cpuCores)} ${memoryBytes}`
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6
}

export interface FileReading {
  readonly path: string
  readonly samples: readonly UsageSample[]
  readonly summary: HistorySummary
}

/** Writes a file and reads it as history. */
export async function readText(
  t: TestContext,
  text: string | Buffer,
  {
    gzip = false,
    name = 'history',
    file = {},
    ...options
  }: ReadOptions & { gzip?: boolean; name?: string; file?: FileHistoryOptions } = {},
): Promise<FileReading> {
  const path = join(temporaryDirectory(t), name)
  writeFileSync(path, gzip ? gzipSync(text) : text)
  let summary: HistorySummary | undefined
  const source = fileHistory(path, { ...file, onSummary: (its) => (summary = its) })
  const samples = await collect(source, options)
  return { path, samples, summary: summary! }
}
