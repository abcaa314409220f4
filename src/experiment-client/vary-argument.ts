import type { ExperimentSpec } from '../api/index.ts'
import { RequestError } from './error.ts'

type Vary = NonNullable<ExperimentSpec['vary']>

const EXPECTED =
  'expected cpu=100m..2, memory=64Mi..1Gi, cpu=fixed, replicas=1..4, or a setting with its step: GOMAXPROCS=1..8/1, app:--workers=2..32/2, app:-Xmx=128..1024/64m; with @4 at its end where the workload does not state it, and it is 4 now'
const QUANTITY = '[0-9.]+[a-zA-Z]*'
const RESOURCE = new RegExp(`^(${QUANTITY})\\.\\.(${QUANTITY})$`)
const RANGE = /^(-?[0-9.]+)\.\.(-?[0-9.]+)(?:\/([0-9.]+)([a-zA-Z]{0,16}))?(?:@(-?[0-9]+(?:\.[0-9]+)?))?$/

/**
 * Reads what is varied: resources with bounds (`cpu=100m..2`, or `fixed`), `replicas=1..4`, environment variables and arguments with a step
 * (`GOMAXPROCS=1..8/1`, `app:--workers=2..32/2`; the container comes before the colon), and with a baseline where the workload does not state it
 * (`GOMAXPROCS=1..8/1@4`).
 *
 * @returns undefined without arguments: CPU and memory of all containers are varied
 * @throws RequestError if one is none of these
 */
export function parseVary(texts: readonly string[]): Vary | undefined {
  if (texts.length === 0) return undefined
  const settings: NonNullable<Vary['settings']> = []
  const vary: { -readonly [Key in keyof Vary]: Vary[Key] } = {}
  for (const text of texts) {
    const [, container, name = '', value = ''] = /^(?:([a-z0-9][-a-z0-9]*):)?([^=]+?=?)=(.*)$/s.exec(text) ?? []
    if (container === undefined && (name === 'cpu' || name === 'memory')) vary[name] = resource(text, value)
    else if (container === undefined && name === 'replicas') vary.replicas = replicas(text, value)
    else settings.push(setting(text, container, name, value))
  }
  return { ...vary, ...(settings.length > 0 && { settings }) }
}

function resource(text: string, value: string): NonNullable<Vary['cpu']> {
  if (value === 'fixed') return { fixed: true }
  const [, min, max] = RESOURCE.exec(value) ?? []
  if (min === undefined || max === undefined) throw new RequestError(`--vary ${text}: ${EXPECTED}`)
  return { min, max }
}

function replicas(text: string, value: string): { min: number; max: number } {
  const [, min, max] = /^([0-9]+)\.\.([0-9]+)$/.exec(value) ?? []
  if (min === undefined) throw new RequestError(`--vary ${text}: ${EXPECTED}`)
  return { min: Number(min), max: Number(max) }
}

function setting(text: string, container: string | undefined, name: string, value: string) {
  const [, min, max, step, suffix, baseline] = RANGE.exec(value) ?? []
  if (min === undefined || step === undefined || name === '') throw new RequestError(`--vary ${text}: ${EXPECTED}`)
  const isArgument = name.startsWith('-')
  return {
    name: isArgument ? name.replace(/^-+/, '').replace(/[^A-Za-z0-9]+$/, '') : name,
    ...(container !== undefined && { container }),
    // What an argument begins with: of --workers=8, --workers=; of -Xmx512m, -Xmx.
    ...(isArgument ? { arg: name.startsWith('--') ? `${name}=` : name } : { env: name }),
    ...(suffix !== '' && suffix !== undefined && { suffix }),
    ...(baseline !== undefined && { baseline: Number(baseline) }),
    ...{ min: Number(min), max: Number(max), step: Number(step) },
  }
}
