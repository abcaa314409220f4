/** Writes what programs export, as OpenMetrics text with times: a test says how many requests there were, this spells the series. */

export type SeriesLabels = Readonly<Record<string, string>>

/** The end of all series, in Unix seconds. */
export const NOW = 1_764_500_400
const SCRAPE_SECONDS = 30

export interface Traffic {
  /** Requests a second. */
  readonly perSecond: number
  /** How long each of ten requests takes, in seconds. */
  readonly seconds: readonly number[]
}

/** Ten requests of which two take more than a quarter of a second. */
export const TWO_OF_TEN_SLOW: Traffic = {
  perSecond: 10,
  seconds: [0.02, 0.02, 0.04, 0.04, 0.08, 0.08, 0.2, 0.2, 0.4, 2],
}

export const EDGES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export interface Lifetime {
  /** Seconds before the end at which the series begin and end. */
  readonly agoSeconds?: readonly [from: number, to: number]
  /** Seconds before the end at which the program restarts, so that its counters begin at zero again. */
  readonly restartAgoSeconds?: number
}

/** A family of series: name of the metric, type, and lines. */
export interface Family {
  readonly name: string
  readonly type: 'histogram' | 'counter' | 'gauge' | 'unknown'
  readonly lines: readonly string[]
}

/** A histogram with classic buckets. Labels of each are spelled as given; `le` by `spell`. */
export function histogram(
  name: string,
  labels: SeriesLabels,
  traffic: Traffic,
  more: Lifetime & {
    readonly edges?: readonly number[]
    readonly milliseconds?: boolean
    readonly spell?: (edge: number) => string
    /** Whether buckets are exported, and not only the number and sum. */
    readonly hasBuckets?: boolean
  } = {},
): Family {
  const { edges = EDGES, milliseconds = false, spell = String, hasBuckets = true } = more
  const unit = milliseconds ? 1000 : 1
  const rate = (least: number) =>
    (traffic.perSecond * traffic.seconds.filter((s) => s * unit <= least).length) / traffic.seconds.length
  const buckets = hasBuckets
    ? [...edges.map((edge) => edge * unit), Number.POSITIVE_INFINITY].flatMap((edge) =>
        counting(
          `${name}_bucket`,
          { ...labels, le: edge === Number.POSITIVE_INFINITY ? '+Inf' : spell(edge) },
          rate(edge),
          more,
        ),
      )
    : []
  const sum = traffic.seconds.reduce((all, s) => all + s * unit, 0) / traffic.seconds.length
  return {
    ...{ name, type: hasBuckets ? 'histogram' : 'unknown' },
    lines: [
      ...buckets,
      ...counting(`${name}_count`, labels, traffic.perSecond, more),
      ...counting(`${name}_sum`, labels, traffic.perSecond * sum, more),
    ],
  }
}

/** A counter, with its whole name. */
export function counter(name: string, labels: SeriesLabels, perSecond: number, more: Lifetime = {}): Family {
  const isTotal = name.endsWith('_total')
  return {
    ...{ name: isTotal ? name.slice(0, -'_total'.length) : name, type: isTotal ? 'counter' : 'unknown' },
    lines: counting(name, labels, perSecond, more),
  }
}

/** A series that has one value, such as NaN. */
export function constant(name: string, labels: SeriesLabels, value: string, more: Lifetime = {}): Family {
  return { name, type: 'unknown', lines: timesOf(more).map((s) => `${spelled(name, labels)} ${value} ${s}`) }
}

function counting(name: string, labels: SeriesLabels, perSecond: number, more: Lifetime): string[] {
  const times = timesOf(more)
  const restart = more.restartAgoSeconds === undefined ? Number.POSITIVE_INFINITY : NOW - more.restartAgoSeconds
  return times.map((s) => {
    const since = s < restart ? times[0]! : restart
    return `${spelled(name, labels)} ${Number(((s - since) * perSecond).toFixed(6))} ${s}`
  })
}

function timesOf({ agoSeconds: [from, to] = [2 * 3600, 0] }: Lifetime): number[] {
  const times: number[] = []
  for (let s = NOW - from; s <= NOW - to; s += SCRAPE_SECONDS) times.push(s)
  return times
}

function spelled(name: string, labels: SeriesLabels): string {
  return `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(',')}}`
}

/** The text of all families; families of one name are written together. */
export function* openMetrics(families: readonly Family[]): Generator<string> {
  for (const [name, its] of Map.groupBy(families, ({ name }) => name)) {
    const isWhole = its.every(({ type }) => type === 'histogram')
    yield `# TYPE ${name} ${isWhole || its[0]!.type !== 'histogram' ? its[0]!.type : 'unknown'}\n`
    for (const { lines } of its) yield `${lines.join('\n')}\n`
  }
  yield '# EOF\n'
}
