import { HistoryError, isNamespace, type TimeWindow } from '../history/index.ts'
import { inSpans } from '../prometheus/index.ts'
import type { Api } from './api.ts'
import type { DatadogOptions } from './options.ts'
import { namespacesQuery, type Scope, USAGE_METRICS, type UsageMetrics } from './queries.ts'

const HOUR_SECONDS = 3600
/** 336 points of an hour. Datadog returns at most 1500 for each series, and 350 by its older documentation; longer spans get longer steps. */
const SPAN_SECONDS = 14 * 24 * HOUR_SECONDS

/** What Datadog has in a window. */
export interface Found {
  readonly metrics: UsageMetrics
  /** Sorted. */
  readonly namespaces: readonly string[]
}

/**
 * Finds the namespaces with containers, and the metrics that have their usage.
 *
 * @throws HistoryError if there are none, or they are of several clusters and none was chosen
 */
export async function findNamespaces(api: Api, options: DatadogOptions, window: TimeWindow): Promise<Found> {
  const { namespaces: wanted, cluster } = options
  for (const metrics of USAGE_METRICS) {
    const namespaces = new Set<string>()
    const clusters = new Set<string>()
    for (const { kube_namespace: namespace, kube_cluster_name: name = '' } of await read(api, metrics, window, {
      cluster,
    })) {
      if (!namespace || !isNamespace(namespace) || (wanted && !wanted.includes(namespace))) continue
      namespaces.add(namespace)
      clusters.add(name)
    }
    if (namespaces.size === 0) continue
    if (cluster === undefined && clusters.size > 1)
      throw new HistoryError(severalClusters(api.name, [...clusters].sort()))
    return { metrics, namespaces: [...namespaces].sort() }
  }
  throw new HistoryError(nothing(api.name, options))
}

async function read(api: Api, { memory }: UsageMetrics, window: TimeWindow, scope: Scope) {
  const query = namespacesQuery(memory, HOUR_SECONDS, scope)
  const up = (seconds: number) => Math.ceil(seconds / HOUR_SECONDS) * HOUR_SECONDS
  // A step of an hour ends after the times in it.
  const hours = { fromSeconds: up(window.fromSeconds), toSeconds: up(window.toSeconds) + HOUR_SECONDS }
  const limits = { firstSeconds: SPAN_SECONDS, mostSeconds: SPAN_SECONDS, leastSeconds: HOUR_SECONDS }
  const found = []
  for await (const { loaded } of inSpans(hours, HOUR_SECONDS, limits, (span) =>
    api.timeseries([query], span, HOUR_SECONDS),
  ))
    for (const { labels, values } of loaded) if (values.length > 0) found.push(labels)
  return found
}

const NAMED = 10

function severalClusters(name: string, clusters: readonly string[]): string {
  const named = clusters.filter(Boolean)
  const more = named.length > NAMED ? ` and ${named.length - NAMED} more` : ''
  const untagged = clusters.includes('')
    ? '. Some containers have no kube_cluster_name: set DD_CLUSTER_NAME for the Agents of that cluster'
    : ''
  return (
    `${name} has data of several clusters (kube_cluster_name: ${named.slice(0, NAMED).join(', ')}${more}): select one with ` +
    `--datadog-cluster ${named[0]}${untagged}`
  )
}

function nothing(name: string, { cluster, namespaces }: DatadogOptions): string {
  const where = [
    ...(cluster === undefined ? [] : [`of the cluster ${cluster}`]),
    ...(namespaces ? [`in the namespace ${namespaces.join(', ')}`] : []),
  ]
  const metrics = USAGE_METRICS.map(({ memory }) => memory).join(' or ')
  return (
    `${[`${name} has no ${metrics} of containers`, ...where].join(' ')} in the requested time: check that the Agents run in the cluster, ` +
    'that DD_SITE and the keys are those of the right organization' +
    `${where.length > 0 ? ', and the names that you gave' : ''}`
  )
}
