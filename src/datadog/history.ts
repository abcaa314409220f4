import type { HistorySource, ReadOptions, TimeWindow, UsageSample } from '../history/index.ts'
import { type ClusterGuard, inSpans, ReadingAccount, readUsage, wholeWindow } from '../prometheus/index.ts'
import { Api } from './api.ts'
import { findNamespaces } from './clusters.ts'
import { checkNames, type DatadogOptions } from './options.ts'
import { ownersOf } from './owners.ts'
import { containersQuery, type UsageMetrics } from './queries.ts'
import { byContainer, coarserThan } from './series.ts'

const DAY_SECONDS = 24 * 3600
const STEP_SECONDS = 300
/** 288 points: Datadog makes steps longer where a query has too many points, and its default for a day is this step. */
const SPANS = { firstSeconds: DAY_SECONDS, mostSeconds: DAY_SECONDS, leastSeconds: 4 * STEP_SECONDS }
const NANO = 1e-9

/** The cluster is chosen by its tag, so that all series of an answer are from it. */
const CHOSEN: ClusterGuard = {
  names: [],
  accepts: () => true,
  endOf: () => Number.POSITIVE_INFINITY,
  together: () => {},
  ofOnePod: () => {},
}

/**
 * Usage history from Datadog, by `POST /api/v2/query/timeseries`: CPU averaged, and the highest working set, over each five minutes, from
 * the Agent's checks `kubelet` or `container`. Sends one request for each namespace and day, so that memory stays bounded.
 *
 * Reading throws HistoryError if Datadog cannot be reached, refuses the keys, has no such data, answers in part, or has data of several
 * clusters and none was chosen.
 *
 * @throws HistoryError if an option cannot be used; no message ever contains a key
 */
export function datadogHistory(options: DatadogOptions): HistorySource {
  checkNames(options)
  const { name } = options.access
  return { name, read: (readOptions = {}) => read(options, readOptions) }
}

async function* read(
  options: DatadogOptions,
  { window, workload, signal, onProgress }: ReadOptions,
): AsyncGenerator<readonly UsageSample[]> {
  const nowSeconds = options.nowSeconds()
  // A step is complete when it has ended.
  const whole = wholeWindow(window, nowSeconds, STEP_SECONDS)
  if (whole.toSeconds <= whole.fromSeconds) return
  const api = await Api.open(options, signal)
  try {
    const wanted = workload ? { ...options, namespaces: [workload.namespace] } : options
    const { metrics, namespaces } = await findNamespaces(api, wanted, whole)
    let coarsest = STEP_SECONDS
    yield* readUsage({
      ...{ namespaces, whole, nowSeconds, onProgress },
      account: options.account ?? new ReadingAccount(),
      onWarning: options.onWarning,
      spansOf: async (namespace) => ({
        guard: CHOSEN,
        spans: inSpans(whole, STEP_SECONDS, SPANS, async (span) => {
          const loaded = await loadSpan(api, options, metrics, namespace, span)
          coarsest = Math.max(coarsest, loaded.stepSeconds)
          return loaded
        }),
      }),
    })
    if (coarsest > STEP_SECONDS) options.onWarning?.(coarse(api.name, coarsest))
  } finally {
    await api.close()
  }
}

async function loadSpan(
  api: Api,
  { cluster, running, rules }: DatadogOptions,
  { cpu, memory }: UsageMetrics,
  namespace: string,
  span: TimeWindow,
) {
  const scope = { cluster, namespace }
  const queries = [
    containersQuery(cpu, 'avg', STEP_SECONDS, scope),
    containersQuery(memory, 'max', STEP_SECONDS, scope),
  ]
  const groups = await api.timeseries(queries, span, STEP_SECONDS)
  const owners = ownersOf(
    namespace,
    groups.map(({ labels }) => labels),
    running,
    rules,
  )
  return {
    cpu: byContainer(namespace, groups, 0, NANO),
    memory: byContainer(namespace, groups, 1),
    owners,
    stepSeconds: coarserThan(STEP_SECONDS, groups),
  }
}

function coarse(name: string, stepSeconds: number): string {
  return (
    `${name} answered with one point every ${Math.round(stepSeconds / 60)} minutes for a part of the history instead of every ` +
    `${STEP_SECONDS / 60}: short peaks of CPU are not visible there`
  )
}
