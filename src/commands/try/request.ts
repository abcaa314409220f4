import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { type LoadArgument, parseLoadArgument, type TryRequest } from '../../experiment-client/index.ts'
import { ParsingError, parseDocuments } from '../../parsing/index.ts'
import { splitKindAndName } from '../../workloads/index.ts'
import { CommandError } from '../failure.ts'
import type { TryOptions } from './options.ts'

/** A script of this size is in the Experiment itself; a larger one would not fit. */
const MOST_CHARACTERS = 100_000
/** Largest content of a ConfigMap, minus space for names and fields. */
const MOST_FILES_BYTES = 1_000_000

/** The spec from the command line, and the files of scripts for a ConfigMap, by name, if one is needed. */
export async function requestOf(
  workloads: readonly string[],
  options: TryOptions,
  where: { readonly name: string; readonly namespace: string },
): Promise<{ readonly request: TryRequest; readonly files?: Readonly<Record<string, string>> }> {
  const { load = [], files = [], errorRate, trials, goal, duration, warmUp, vary = [], applyTo } = options
  const loads = load.map(parseLoadArgument)
  const contents = await readLoads(loads)
  const others = await readAll(files)
  const scripts = loads.flatMap((one) => (one.kind === 'k6' || one.kind === 'locust' ? [one.file] : []))
  const together = [...scripts.map((file) => [file, contents.get(file) as string] as const), ...others]
  const latency = latencyOf(options)
  const needsConfigMap = others.size > 0
  if (needsConfigMap) checkFiles(together)
  const request: TryRequest = {
    ...where,
    targets: workloads.map(targetOf),
    ...{ loads, contents, vary },
    ...(needsConfigMap && { configMap: `${where.name}-load` }),
    ...(latency && { latency }),
    ...(errorRate !== undefined && { errorRate }),
    ...(trials !== undefined && { trials }),
    ...(goal && { goal }),
    ...(duration !== undefined && { duration }),
    ...(warmUp !== undefined && { warmUp }),
    ...(applyTo !== undefined && { applyTo }),
    pauseAutoscalers: options.pauseAutoscalers === true,
    gitOpsSuspended: options.gitopsSuspended === true,
  }
  if (!needsConfigMap) return { request }
  return { request, files: Object.fromEntries(together.map(([file, text]) => [basename(file), text])) }
}

function targetOf(text: string): { readonly kind: string; readonly name: string } {
  const named = splitKindAndName(text)
  if (!named) throw new CommandError(`${text} does not name a workload: expected deployment/checkout`)
  return named
}

function latencyOf(options: TryOptions): TryRequest['latency'] {
  const given = ([50, 90, 95, 99] as const).flatMap((percentile) => {
    const below = options[`p${percentile}`]
    return below === undefined ? [] : [{ percentile, below }]
  })
  if (given.length > 1) throw new CommandError('give only one of --p50, --p90, --p95 and --p99')
  return given[0]
}

async function readLoads(loads: readonly LoadArgument[]): Promise<Map<string, string | object>> {
  const contents = new Map<string, string | object>()
  for (const load of loads) {
    if (!('file' in load)) continue
    const text = await read(load.file)
    contents.set(load.file, load.kind === 'job' ? jobOf(load.file, text) : script(load.file, text))
  }
  return contents
}

async function readAll(files: readonly string[]): Promise<Map<string, string>> {
  return new Map(await Promise.all(files.map(async (file) => [file, await read(file)] as const)))
}

async function read(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((cause: Error) => {
    throw new CommandError(`${file} cannot be read: ${cause.message}`, { cause })
  })
}

function script(file: string, text: string): string {
  if (text.trim() === '') throw new CommandError(`${file} is empty`)
  if (text.length > MOST_CHARACTERS)
    throw new CommandError(
      `${file} has more than ${MOST_CHARACTERS} characters: put its data into another file, with --files`,
    )
  return text
}

function checkFiles(files: readonly (readonly [string, string])[]): void {
  const bytes = files.reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0)
  if (bytes > MOST_FILES_BYTES)
    throw new CommandError(`--files: ${bytes} bytes do not fit into a ConfigMap, which can store ${MOST_FILES_BYTES}`)
  const names = files.map(([file]) => basename(file))
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new CommandError(`--files: two files are named ${twice}`)
}

/** @returns the only Job of a manifest */
function jobOf(file: string, text: string): object {
  let documents: { readonly value: unknown }[]
  try {
    documents = [...parseDocuments(text)]
  } catch (cause) {
    if (!(cause instanceof ParsingError)) throw cause
    throw new CommandError(`${file}: ${cause.message}`, { cause })
  }
  const jobs = documents.flatMap(({ value }) => {
    const object = value as { kind?: unknown; metadata?: object; spec?: object } | null
    return object?.kind === 'Job' ? [{ metadata: object.metadata ?? {}, spec: object.spec ?? {} }] : []
  })
  if (jobs.length !== 1) throw new CommandError(`${file} must have one Job, and has ${jobs.length}`)
  return jobs[0]!
}
