import { isNamespace, PodOwners, type TimeWindow } from '../history/index.ts'
import type { Workload } from '../workloads/index.ts'
import type { RangeSeries } from './answer.ts'
import type { ClusterGuard } from './cluster-guard.ts'
import { readOwners } from './owners.ts'
import { ScrapeIntervals } from './scrape-interval.ts'
import type { NamedWorkload, Scope } from './selector.ts'
import { inSpans } from './spans.ts'
import type { StoreReader } from './store-reader.ts'
import { cpuQuery, memoryQuery, namespacesQuery } from './usage-queries.ts'

const DAY_SECONDS = 24 * 3600
/** Step of the query for namespaces. */
const HOUR_SECONDS = 3600
/** Prometheus refuses more than 11,000 points per series. */
const MAX_POINTS = 10_000
/** Shortest span, in points: below that, the number of points cannot be the problem. */
const LEAST_POINTS = 4

/** Usage of the containers of one namespace, and the owners of their Pods. */
export interface NamespaceUsage {
  readonly cpu: readonly RangeSeries[]
  readonly memory: readonly RangeSeries[]
  readonly owners: PodOwners
}

/** Names of the namespaces that had containers in the window, sorted. */
export async function readNamespaces(reader: StoreReader, window: TimeWindow): Promise<string[]> {
  const names = new Set<string>()
  const query = namespacesQuery(await reader.scope('usage', window), HOUR_SECONDS)
  // Each point looks back over the hour before it.
  const hours = {
    fromSeconds: (Math.floor(window.fromSeconds / HOUR_SECONDS) + 1) * HOUR_SECONDS,
    toSeconds: (Math.ceil(window.toSeconds / HOUR_SECONDS) + 1) * HOUR_SECONDS,
  }
  const limits = { firstSeconds: DAY_SECONDS, mostSeconds: 30 * DAY_SECONDS, leastSeconds: HOUR_SECONDS }
  for await (const { loaded } of inSpans(hours, HOUR_SECONDS, limits, (span) =>
    reader.range(query, span, HOUR_SECONDS),
  )) {
    for (const { labels } of loaded) if (labels.namespace && isNamespace(labels.namespace)) names.add(labels.namespace)
  }
  return [...names].sort()
}

/** Reads usage, in spans that the store can handle. Windows consist of whole steps. */
export class UsageReader {
  readonly #reader: StoreReader
  readonly #stepSeconds: number
  readonly #withSlo: readonly NamedWorkload[]
  readonly #intervals: ScrapeIntervals

  /** @param withSlo workloads whose usage is not raised for throttling: see `cpuQuery` */
  constructor(reader: StoreReader, stepSeconds: number, withSlo: readonly NamedWorkload[] = []) {
    this.#reader = reader
    this.#stepSeconds = stepSeconds
    this.#withSlo = withSlo
    this.#intervals = new ScrapeIntervals(reader)
  }

  /** Usage in one namespace, span by span. With `workload`, only of Pods whose names begin with its name. */
  async *usage(
    namespace: string,
    window: TimeWindow,
    guard: ClusterGuard,
    workload?: Workload,
  ): AsyncGenerator<{ readonly span: TimeWindow; readonly loaded: NamespaceUsage }> {
    const step = this.#stepSeconds
    const usage = await this.#reader.scope('usage', window, namespace, guard.names)
    const state = await this.#reader.scope('state', window, namespace, guard.names)
    const limits = {
      firstSeconds: Math.ceil(DAY_SECONDS / step) * step,
      mostSeconds: MAX_POINTS * step,
      leastSeconds: LEAST_POINTS * step,
    }
    yield* inSpans(window, step, limits, (span) => this.#load({ usage, state }, span, guard, workload))
  }

  async #load(
    { usage, state }: { readonly usage: Scope; readonly state: Scope },
    span: TimeWindow,
    guard: ClusterGuard,
    workload: Workload | undefined,
  ): Promise<NamespaceUsage> {
    const step = this.#stepSeconds
    const read = (query: string) => this.#reader.range(query, span, step)
    const interval = await this.#intervals.in(usage, span)
    const cpu = await read(cpuQuery(usage, step, interval, workload, this.#withSlo))
    const memory = await read(memoryQuery(usage, step, workload))
    if (cpu.length + memory.length === 0) return { cpu, memory, owners: new PodOwners() }
    // Each point looks back over the step before it.
    const seen = { ...span, fromSeconds: span.fromSeconds - step }
    const owners = await readOwners(this.#reader, state, seen, (series) => guard.accepts('state', series))
    return { cpu, memory, owners }
  }
}
