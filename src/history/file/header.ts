import { isOfCluster } from '../identity-labels.ts'
import { quote } from '../quote.ts'
import { KIND_COLUMNS, type Measure, measureOf, plainName, type Role, rankAs } from './column-names.ts'
import type { Resource } from './units.ts'
import { unitOf } from './units.ts'

/** Roles for which a person can select a column. */
export const COLUMN_ROLES: readonly Role[] = [
  ...(['namespace', 'kind', 'workload', 'container', 'pod', 'time', 'cpu', 'memory', 'metric', 'value'] as const),
]

/** A column that a person has selected for a role. */
export interface NamedColumn {
  readonly role: Role
  readonly column: string
  /** Unit of its numbers, such as `millicores`. */
  readonly unit?: string
}

export interface UsageColumn {
  readonly index: number
  readonly name: string
  readonly unit: number | undefined
}

/** Which column of a row has what. Indexes count from 0; -1 means that no column has it. */
export interface Columns {
  readonly count: number
  readonly names: readonly string[]
  readonly namespace: number
  readonly kind: number
  readonly workload: number
  readonly container: number
  readonly pod: number
  readonly time: number
  /** Column with the date if `time` has only the time of day. */
  readonly date: number
  /** Columns with the name of a workload of one kind, in order. */
  readonly ofKind: readonly { readonly index: number; readonly kind: string }[]
  /** Columns whose name looks like the label of a cluster, with their plain names. */
  readonly clusters: readonly { readonly index: number; readonly name: string }[]
  readonly cpu: UsageColumn | undefined
  readonly memory: UsageColumn | undefined
  /** Column with the share of requests that missed the SLO. */
  readonly badShare: number
  /** For a table with one value in each row: the columns with the metric, and with the value. */
  readonly long: { readonly metric: number; readonly second: number; readonly value: number } | undefined
}

/** A header that lacks something, or is ambiguous. */
export interface Unusable {
  /** Number of roles that were found, which shows how much the line looks like a header. */
  readonly found: number
  readonly missing: readonly string[]
  /** What a person must decide, and with which option. */
  readonly unclear: string | undefined
}

export function isUsable(header: Columns | Unusable): header is Columns {
  return 'count' in header
}

const ROLES = ['namespace', 'kind', 'container', 'pod', 'time'] as const

export interface ColumnsOptions {
  readonly named?: readonly NamedColumn[]
  /** Whether separate lines contain the times. */
  readonly hasTimes?: boolean
  /** Whether a number selects a column by its position, from 1. */
  readonly byPlace?: boolean
}

/** Finds out which columns of a table have what. */
export function columnsOf(
  names: readonly string[],
  { named = [], hasTimes = false, byPlace = false }: ColumnsOptions = {},
): Columns | Unusable {
  const plain = names.map(plainName)
  const indexOf = (wanted: string) => {
    const exact = names.indexOf(wanted)
    if (exact >= 0) return exact
    const index = plain.indexOf(plainName(wanted))
    if (index >= 0 || !byPlace) return index
    const place = placeOf(wanted)
    return place !== undefined && place < names.length ? place : -1
  }
  const unclear: string[] = []
  const roles = new Map<Role, number>()
  for (const { role, column } of named) {
    const index = indexOf(column)
    if (index < 0) unclear.push(`--columns ${role}: there is no column ${quote(column)}`)
    else roles.set(role, index)
  }
  const taken = new Set(roles.values())
  const best = (role: Exclude<Role, Resource>, choose = (_plain: string) => true) => {
    if (roles.has(role)) return roles.get(role)!
    const ranked = plain.map((name, index) => ({
      index,
      rank: taken.has(index) || !choose(name) ? -1 : rankAs(role, name),
    }))
    const [first] = ranked.filter(({ rank }) => rank >= 0).sort((a, b) => a.rank - b.rank)
    return first?.index ?? -1
  }
  const [namespace, kind, container, pod, time] = ROLES.map((role) => best(role)) as [
    number,
    number,
    number,
    number,
    number,
  ]
  const ofKind = plain.flatMap((name, index) =>
    Object.hasOwn(KIND_COLUMNS, name) && !taken.has(index) ? [{ index, kind: KIND_COLUMNS[name]! }] : [],
  )
  const usage = usageColumns(names, named, roles, unclear)
  const found = { namespace, kind, container, pod, workload: best('workload') }
  const bare = plain.findIndex((name, index) => name === 'name' && !taken.has(index))
  if (bare >= 0 && !roles.has('metric')) placeName(found, bare, names, usage, unclear)
  const long = usage.cpu || usage.memory ? undefined : longOf(best, names, found, bare)
  if (!usage.cpu && !usage.memory && !long && unclear.length === 0) sayWhatValuesAre(names, plain, unclear)
  // The name of an application says less about its workload than the name of its Pod.
  const isWeak = rankAs('workload', plain[found.workload] ?? '') >= rankAs('workload', 'app')
  if (found.pod >= 0 && isWeak && !roles.has('workload')) found.workload = -1
  const twice = plain.find((name, i) => Object.values(found).includes(i) && plain.lastIndexOf(name) !== i)
  if (twice !== undefined && !named.some(({ column }) => plainName(column) === twice))
    unclear.push(`the CSV header has the column ${twice} twice`)

  const hasWorkload = found.workload >= 0 || found.pod >= 0 || ofKind.length > 0
  const timeColumns = timesOf(names, plain, time)
  const missing = [
    ...(hasWorkload ? [] : ['workload']),
    ...(timeColumns.time >= 0 || hasTimes ? [] : ['timestamp']),
    ...(usage.cpu || usage.memory || long || unclear.length > 0 ? [] : ['cpu_cores', 'memory_bytes']),
  ]
  if (missing.length > 0 || unclear.length > 0) {
    const all = [...Object.values(found), timeColumns.time].filter((index) => index >= 0).length
    return { found: all + Number(!!usage.cpu) + Number(!!usage.memory), missing, unclear: unclear[0] }
  }
  const clusters = plain.flatMap((name, index) => (isOfCluster(name) ? [{ index, name }] : []))
  const { cpu, memory } = usage
  const badShare = plain.findIndex((name, index) => name === 'bad_share' && !taken.has(index))
  return { ...found, ...timeColumns, count: names.length, names, ofKind, clusters, cpu, memory, badShare, long }
}

/** Index of the column that a number selects by its position, from 1; undefined for any other text. */
export function placeOf(text: string): number | undefined {
  return /^[1-9]\d{0,3}$/.test(text) ? Number(text) - 1 : undefined
}

/**
 * Assigns the column "name": a container if there is a column for the Pod, a workload if there is one for the kind, a Pod in the output
 * of kubectl top.
 */
function placeName(
  found: { workload: number; pod: number; container: number; kind: number },
  bare: number,
  names: readonly string[],
  { cpu }: Usage,
  unclear: string[],
): void {
  if (found.pod >= 0 && found.container < 0) found.container = bare
  else if (found.workload >= 0 || found.pod >= 0) return
  else if (found.kind >= 0) found.workload = bare
  else if (cpu && /^CPU\(/i.test(cpu.name)) found.pod = bare
  else if (cpu) {
    const column = quote(names[bare]!)
    unclear.push(
      `${column} may name a workload or a Pod: choose with --columns workload=${column} or --columns pod=${column}`,
    )
  }
}

function sayWhatValuesAre(names: readonly string[], plain: readonly string[], unclear: string[]): void {
  const values = names.filter((_, index) => /^(?:val|value)(?:_|$)/.test(plain[index]!)).map((name) => quote(name))
  const [first, second] = values
  if (first === undefined) return
  unclear.push(
    second === undefined
      ? `the column ${first} may be CPU or memory: choose with --columns cpu=${first} or --columns memory=${first}`
      : `the columns ${values.join(' and ')} may be CPU or memory: choose with --columns cpu=${first} memory=${second}`,
  )
}

function longOf(
  best: (role: 'metric' | 'value', choose?: (plain: string) => boolean) => number,
  names: readonly string[],
  found: Readonly<Record<string, number>>,
  bare: number,
): Columns['long'] {
  const isFree = (index: number) => index >= 0 && !Object.values(found).includes(index)
  const [metric, value] = [best('metric', (name) => name !== 'name' || isFree(bare)), best('value')]
  if (!isFree(metric) || value < 0) return undefined
  // InfluxDB has the name of a value in _field, or in _measurement if the field is just "value" or "gauge".
  const second = names.findIndex((name, index) => index !== metric && plainName(name) === 'measurement')
  return { metric, second, value }
}

/** The column of times, and that of dates if they are separate. */
function timesOf(names: readonly string[], plain: readonly string[], time: number): { time: number; date: number } {
  if (time >= 0) {
    const [date, hour] = [plain.indexOf('date'), plain.indexOf('time')]
    return date >= 0 && hour >= 0 ? { time: hour, date } : { time, date: -1 }
  }
  // pandas writes the index first, without a name.
  const isIndex = names[0] === '' || plain[0] === 'unnamed_0' || plain[0] === 'index'
  return { time: isIndex ? 0 : -1, date: -1 }
}

interface Usage {
  readonly cpu: UsageColumn | undefined
  readonly memory: UsageColumn | undefined
}

function usageColumns(
  names: readonly string[],
  named: readonly NamedColumn[],
  roles: ReadonlyMap<Role, number>,
  unclear: string[],
): Usage {
  const measures = names.map((name, index) => {
    const isTaken = [...roles].some(([role, at]) => at === index && role !== 'cpu' && role !== 'memory')
    return isTaken ? undefined : measureOf(name)
  })
  const column = (resource: Resource): UsageColumn | undefined => {
    const index = roles.get(resource)
    if (index !== undefined) {
      const spoken = named.find(({ role }) => role === resource)?.unit
      return {
        index,
        name: names[index]!,
        unit: spoken === undefined ? measures[index]?.unit : unitOf(resource, spoken),
      }
    }
    const all = measures.flatMap((measure, at) => (measure?.resource === resource ? [{ ...measure, index: at }] : []))
    const least = Math.min(...all.map(({ rank }) => rank))
    const best = all.filter(({ rank }) => rank === least)
    if (best.length === 0) return undefined
    const [only] = best as [Measure & { index: number }]
    const name = names[only.index]!
    if (best.length > 1) {
      unclear.push(
        `the columns ${best.map((one) => quote(names[one.index]!)).join(' and ')} may both be ${resource} usage: ` +
          `choose with --columns ${resource}=${quote(name)}`,
      )
      return undefined
    }
    if (only.unclear) {
      const { units = [] } = only
      const options = units.map((unit) => `--columns ${resource}="${name}:${unit}"`).join(' or ')
      unclear.push(`the column ${quote(name)} ${only.unclear}. Otherwise set its unit with ${options}`)
      return undefined
    }
    return { index: only.index, name, unit: only.unit }
  }
  return { cpu: column('cpu'), memory: column('memory') }
}
