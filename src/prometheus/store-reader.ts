import { HistoryError, isNamespace, type Labels, type TimeWindow } from '../history/index.ts'
import type { Amount, RangeSeries } from './answer.ts'
import type { Api } from './api.ts'
import { EXPORTED, exportedQuery, type Layout, PLAIN, type Reporter } from './layout.ts'
import { openApi, type PrometheusOptions } from './options.ts'
import { readAllAmounts, readAmounts, readRange } from './read.ts'
import { ANY_VALUE, type Scope, selector } from './selector.ts'
import { type Kind, seriesQuery } from './signal-queries.ts'
import { inSpans, type SpanLimits } from './spans.ts'

const HOUR_SECONDS = 3600
const DAY_SECONDS = 24 * HOUR_SECONDS

/** Spans of queries that look back over a range: long spans mean few queries, and a store that limits them gets shorter ones. */
const LOOKING_BACK: SpanLimits = { firstSeconds: 4 * DAY_SECONDS, mostSeconds: 32 * DAY_SECONDS, leastSeconds: 600 }
const LEAST_STEP_SECONDS = 300

/** Metrics that show the series of a reporter. */
const METRICS: Readonly<Record<Reporter, readonly string[]>> = {
  usage: ['container_memory_working_set_bytes', 'container_cpu_usage_seconds_total'],
  state: ['kube_pod_owner', 'kube_pod_info', 'kube_pod_container_info', 'kube_pod_container_resource_requests'],
}

/**
 * The only reader of a store. It sends queries, retries them, and splits every query that looks back over a range into spans that the
 * store allows; callers pass a window of any length. Close it when done.
 *
 * Its functions throw HistoryError if the store cannot be reached, refuses, or answers with something other than data.
 */
export class StoreReader {
  readonly labels: Labels
  /** Names of the labels that the user selects, so that they need no check. */
  readonly settled: ReadonlySet<string>
  readonly #api: Api
  readonly #layouts = new Map<Reporter, Layout>()
  #spanSeconds = LOOKING_BACK.firstSeconds

  private constructor(api: Api, labels: Labels) {
    this.#api = api
    this.labels = labels
    this.settled = new Set(Object.keys(labels))
  }

  /** @throws HistoryError if an option cannot be used */
  static async open(options: PrometheusOptions, signal: AbortSignal | undefined): Promise<StoreReader> {
    return new StoreReader(await openApi(options, signal), options.labels ?? {})
  }

  get name(): string {
    return this.#api.name
  }

  get running() {
    return this.#api.running
  }

  get rules() {
    return this.#api.rules
  }

  async close(): Promise<void> {
    await this.#api.close()
  }

  /** Points of each series, one for each step of the window; its end is excluded. The caller splits the window. */
  range(query: string, window: TimeWindow, stepSeconds: number): Promise<RangeSeries[]> {
    return readRange(this.#api, query, window, stepSeconds)
  }

  /** Value of each series at one time (Unix seconds). */
  at(query: string, seconds: number): Promise<Amount[]> {
    return readAmounts(this.#api, query, seconds)
  }

  /** The same with NaN for each series whose value is not finite. */
  allAt(query: string, seconds: number): Promise<Amount[]> {
    return readAllAmounts(this.#api, query, seconds)
  }

  /**
   * Values of a query that looks back over a range, span by span and in order of time, until the whole window is covered.
   *
   * @param query the query for a range; several are sent together
   */
  async *over(
    window: TimeWindow,
    ...queries: readonly ((rangeSeconds: number) => string)[]
  ): AsyncGenerator<readonly Amount[][]> {
    const load = async ({ fromSeconds, toSeconds }: TimeWindow) => {
      const range = Math.max(1, Math.ceil(toSeconds - fromSeconds))
      const answers: Amount[][] = []
      for (const query of queries) answers.push(await this.at(query(range), toSeconds))
      return answers
    }
    for await (const { loaded } of this.spans(window, load)) yield loaded
  }

  /** Iterates over a window in spans that the store allows, starting with the length that it allowed last time. */
  async *spans<T>(window: TimeWindow, load: (span: TimeWindow) => Promise<T>) {
    const limits = { ...LOOKING_BACK, firstSeconds: this.#spanSeconds }
    for await (const part of inSpans(window, LEAST_STEP_SECONDS, limits, load)) {
      const { fromSeconds, toSeconds } = part.span
      // The last span of a window is shorter, and says nothing about what the store allows.
      if (toSeconds < window.toSeconds) this.#spanSeconds = toSeconds - fromSeconds
      yield part
    }
  }

  /** Labels of all series of a query that looks back over a range. A series may come several times. */
  async labelsOver(window: TimeWindow, query: (rangeSeconds: number) => string): Promise<Labels[]> {
    const found: Labels[] = []
    for await (const [series] of this.over(window, query)) for (const { labels } of series!) found.push(labels)
    return found
  }

  /** Whether the store has had series of a kind in the two hours before a time: downsampled series may have one sample an hour. */
  async has(what: Kind, atSeconds: number): Promise<boolean> {
    const window = { fromSeconds: atSeconds - 2 * HOUR_SECONDS, toSeconds: atSeconds }
    for await (const [series] of this.over(window, (range) => seriesQuery(what, { labels: this.labels }, range)))
      if (series!.length > 0) return true
    return false
  }

  /** How the series of a reporter name their objects in the window. Read once for each reader. */
  async layout(reporter: Reporter, window: TimeWindow): Promise<Layout> {
    const known = this.#layouts.get(reporter)
    if (known) return known
    const chosen = Object.entries(this.labels).filter(([, value]) => value !== ANY_VALUE)
    const matchers = chosen.map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    const query = (range: number) => exportedQuery(METRICS[reporter], matchers, range)
    const layout = (await this.labelsOver(window, query)).length > 0 ? EXPORTED : PLAIN
    this.#layouts.set(reporter, layout)
    return layout
  }

  /** Scope of the series of a reporter in a namespace, or in all. */
  async scope(
    reporter: Reporter,
    window: TimeWindow,
    namespace?: string,
    keep: readonly string[] = [],
  ): Promise<Scope> {
    if (namespace !== undefined && !isNamespace(namespace)) throw new HistoryError('not a valid name of a namespace')
    return { namespace, labels: this.labels, layout: await this.layout(reporter, window), keep }
  }

  /** One row of labels for each combination of the labels in which the series of a reporter differ, without those of their objects. */
  async distinct(reporter: Reporter, window: TimeWindow, scope: Scope, without: readonly string[]): Promise<Labels[]> {
    const rows = new Map<string, Labels>()
    for (const form of scope.layout!.forms) {
      const name = `__name__=~"${METRICS[reporter].join('|')}"`
      const query = (range: number) =>
        `count without (${without.join(',')}) (last_over_time(${selector('', scope, [name], form)}[${range}s]))`
      for (const labels of await this.labelsOver(window, query))
        rows.set(JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))), labels)
    }
    return [...rows.values()]
  }
}
