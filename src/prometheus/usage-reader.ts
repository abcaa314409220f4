import { isNamespace, type Labels, PodOwners, type TimeWindow } from '../history/index.ts'
import type { Workload } from '../workloads/index.ts'
import type { RangeSeries } from './answer.ts'
import type { Api } from './api.ts'
import { readOwners } from './owners.ts'
import { readRange } from './read.ts'
import { inSpans } from './spans.ts'
import { cpuQuery, memoryQuery, namespacesQuery } from './usage-queries.ts'

const DAY_SECONDS = 24 * 3600
/** Step with which namespaces are looked for. */
const HOUR_SECONDS = 3600
/** Prometheus refuses more than 11,000 points per series. */
const MAX_POINTS = 10_000
/** Shortest span, in points: with even fewer points, their number cannot be the problem. */
const LEAST_POINTS = 4

/** Usage of the containers of one namespace, and the owners of their Pods. */
export interface NamespaceUsage {
  readonly cpu: readonly RangeSeries[]
  readonly memory: readonly RangeSeries[]
  readonly owners: PodOwners
}

/** Reads usage, in spans that the store can answer. Windows consist of whole steps. */
export class UsageReader {
  readonly #api: Api
  readonly #labels: Labels
  readonly #stepSeconds: number

  constructor(api: Api, labels: Labels, stepSeconds: number) {
    this.#api = api
    this.#labels = labels
    this.#stepSeconds = stepSeconds
  }

  /** Names of the namespaces that had containers in the window, sorted. */
  async namespaces(window: TimeWindow): Promise<string[]> {
    const names = new Set<string>()
    const query = namespacesQuery({ labels: this.#labels }, HOUR_SECONDS)
    // Each point looks back over the hour before it.
    const hours = {
      fromSeconds: (Math.floor(window.fromSeconds / HOUR_SECONDS) + 1) * HOUR_SECONDS,
      toSeconds: (Math.ceil(window.toSeconds / HOUR_SECONDS) + 1) * HOUR_SECONDS,
    }
    const limits = { firstSeconds: DAY_SECONDS, mostSeconds: 30 * DAY_SECONDS, leastSeconds: HOUR_SECONDS }
    for await (const { loaded } of inSpans(hours, HOUR_SECONDS, limits, (span) =>
      readRange(this.#api, query, span, HOUR_SECONDS),
    )) {
      for (const { labels } of loaded)
        if (labels.namespace && isNamespace(labels.namespace)) names.add(labels.namespace)
    }
    return [...names].sort()
  }

  /** Usage in one namespace, span by span. With `workload`, only of Pods whose names begin like it. */
  usage(
    namespace: string,
    window: TimeWindow,
    workload?: Workload,
  ): AsyncGenerator<{ span: TimeWindow; loaded: NamespaceUsage }> {
    const step = this.#stepSeconds
    const scope = { namespace, labels: this.#labels }
    const limits = {
      firstSeconds: Math.ceil(DAY_SECONDS / step) * step,
      mostSeconds: MAX_POINTS * step,
      leastSeconds: LEAST_POINTS * step,
    }
    return inSpans(window, step, limits, async (span) => {
      const read = (query: string) => readRange(this.#api, query, span, step)
      const cpu = await read(cpuQuery(scope, step, workload))
      const memory = await read(memoryQuery(scope, step, workload))
      if (cpu.length + memory.length === 0) return { cpu, memory, owners: new PodOwners() }
      // Each point looks back over the step before it.
      const seen = { ...span, fromSeconds: span.fromSeconds - step }
      return { cpu, memory, owners: await readOwners(this.#api, scope, seen) }
    })
  }
}
