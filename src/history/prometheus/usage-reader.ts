import type { Workload } from '../../workloads/index.ts'
import { isNamespace } from '../names.ts'
import { type Labels, OWNER_METRICS, PodOwners } from '../owners.ts'
import { HistoryError, type TimeWindow } from '../source.ts'
import { parseMatrix, parseVector, type RangeSeries } from './answer.ts'
import type { Api } from './api.ts'
import { cpuQuery, memoryQuery, namespacesQuery, ownersQuery } from './queries.ts'
import { inSpans } from './spans.ts'

const DAY_SECONDS = 24 * 3600
/** Which namespaces there are is looked at by the hour. */
const HOUR_SECONDS = 3600
/** Prometheus refuses more than 11,000 points per series. */
const MAX_POINTS = 10_000
/** With fewer points than that, it is not their number that is too much. */
const LEAST_POINTS = 4

/** Usage of the containers of one namespace, and whose they are. */
export interface NamespaceUsage {
  readonly cpu: readonly RangeSeries[]
  readonly memory: readonly RangeSeries[]
  readonly owners: PodOwners
}

/** Puts the questions, in spans that the store can answer. Windows are of whole steps. */
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
    const query = namespacesQuery(this.#labels, HOUR_SECONDS)
    // A point looks back over the hour before it.
    const hours = {
      fromSeconds: (Math.floor(window.fromSeconds / HOUR_SECONDS) + 1) * HOUR_SECONDS,
      toSeconds: (Math.ceil(window.toSeconds / HOUR_SECONDS) + 1) * HOUR_SECONDS,
    }
    const limits = { firstSeconds: DAY_SECONDS, mostSeconds: 30 * DAY_SECONDS, leastSeconds: HOUR_SECONDS }
    for await (const { loaded } of inSpans(hours, HOUR_SECONDS, limits, (span) =>
      this.#range(query, span, HOUR_SECONDS),
    )) {
      for (const { labels } of loaded)
        if (labels.namespace && isNamespace(labels.namespace)) names.add(labels.namespace)
    }
    return [...names].sort()
  }

  /** The usage in one namespace, span by span; of one workload, and those whose names begin like it, where one is given. */
  usage(
    namespace: string,
    window: TimeWindow,
    workload?: Workload,
  ): AsyncGenerator<{ span: TimeWindow; loaded: NamespaceUsage }> {
    const step = this.#stepSeconds
    const limits = {
      firstSeconds: Math.ceil(DAY_SECONDS / step) * step,
      mostSeconds: MAX_POINTS * step,
      leastSeconds: LEAST_POINTS * step,
    }
    return inSpans(window, step, limits, async (span) => {
      const cpu = await this.#range(cpuQuery(namespace, this.#labels, step, workload), span, step)
      const memory = await this.#range(memoryQuery(namespace, this.#labels, step, workload), span, step)
      const owners = cpu.length + memory.length > 0 ? await this.#owners(namespace, span) : new PodOwners()
      return { cpu, memory, owners }
    })
  }

  async #owners(namespace: string, { fromSeconds, toSeconds }: TimeWindow): Promise<PodOwners> {
    const owners = new PodOwners()
    const range = toSeconds - fromSeconds + this.#stepSeconds
    for (const metric of OWNER_METRICS) {
      const query = ownersQuery(metric, namespace, this.#labels, range)
      const series = parseVector(await this.#api.get('query', { query, time: toSeconds }))
      if (!series) throw this.#notData()
      for (const labels of series) owners.add(metric, labels)
    }
    return owners
  }

  async #range(query: string, { fromSeconds, toSeconds }: TimeWindow, step: number): Promise<RangeSeries[]> {
    const series = parseMatrix(
      // The end is a point of its own in the API.
      await this.#api.get('query_range', { query, start: fromSeconds, end: toSeconds - step, step }),
    )
    if (!series) throw this.#notData()
    return series
  }

  #notData(): HistoryError {
    return new HistoryError(`${this.#api.name} answered with data of another kind than asked for: check the address`)
  }
}
