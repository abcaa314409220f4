import { whyNotNamed } from '../history/index.ts'
import { type AskedForByContainer, type PodSignals, ReadingAccount } from '../prometheus/index.ts'
import type { Group } from './answer.ts'
import { Api } from './api.ts'
import { findNamespaces } from './clusters.ts'
import type { DatadogOptions } from './options.ts'
import { ownersOf } from './owners.ts'
import { ASKED_METRICS, containersQuery } from './queries.ts'

const STEP_SECONDS = 300
/** How long ago a Pod may have ended to still count: most Pods of a CronJob have ended. */
const LATELY_SECONDS = 24 * 3600
/** A Pod without data for this long no longer runs. */
const ENDED_SECONDS = 900

/**
 * Pods of the last day before `atSeconds`, with the requests and limits of their containers.
 *
 * @throws HistoryError if Datadog cannot be reached, refuses, or has data of several clusters and none was chosen
 */
export async function datadogPods(
  options: DatadogOptions,
  atSeconds: number,
  signal?: AbortSignal,
): Promise<PodSignals[]> {
  const toSeconds = Math.floor(atSeconds / STEP_SECONDS + 1) * STEP_SECONDS
  const window = { fromSeconds: toSeconds - LATELY_SECONDS, toSeconds }
  const api = await Api.open(options, signal)
  try {
    const { metrics, namespaces } = await findNamespaces(api, options, window)
    const pods: PodSignals[] = []
    for (const namespace of namespaces) {
      const scope = { cluster: options.cluster, namespace }
      const all = [...ASKED_METRICS.map(([, , metric]) => metric), metrics.memory]
      const queries = all.map((metric) => containersQuery(metric, 'max', STEP_SECONDS, scope))
      pods.push(...podsIn(namespace, await api.timeseries(queries, window, STEP_SECONDS), options))
    }
    return pods
  } finally {
    await api.close()
  }
}

interface Seen {
  lastSeconds: number
  readonly containers: Map<string, AskedForByContainer>
}

function podsIn(
  namespace: string,
  groups: readonly Group[],
  { running, rules, account = new ReadingAccount() }: DatadogOptions,
): PodSignals[] {
  const owners = ownersOf(
    namespace,
    groups.map(({ labels }) => labels),
    running,
    rules,
  )
  const seen = seenIn(groups)
  const newest = Math.max(0, ...[...seen.values()].map(({ lastSeconds }) => lastSeconds))
  return [...seen].flatMap(([pod, { lastSeconds, containers }]) => {
    const origin = owners.originOf(namespace, pod)
    if (!origin.workload) {
      account.leftOut(origin.why, namespace, pod)
      return []
    }
    if (origin.guess) account.guess(origin.guess, origin.workload)
    const { workload } = origin
    const named = new Map([...containers].filter(([container]) => !whyNotNamed(workload, container, pod)))
    const isRunning = lastSeconds > newest - ENDED_SECONDS
    return named.size > 0 ? [{ workload, pod, isRunning, node: undefined, containers: named }] : []
  })
}

/** What was seen of each Pod. Groups are read in order of their last times, so that the newest requests count. */
function seenIn(groups: readonly Group[]): Map<string, Seen> {
  const pods = new Map<string, Seen>()
  const inOrder = groups
    .filter(({ seconds }) => seconds.length > 0)
    .sort((one, other) => one.seconds.at(-1)! - other.seconds.at(-1)!)
  for (const { query, labels, seconds, values } of inOrder) {
    const { pod_name: pod, kube_container_name: container } = labels
    if (!pod || !container) continue
    const seen = pods.get(pod) ?? { lastSeconds: 0, containers: new Map() }
    pods.set(pod, seen)
    seen.lastSeconds = Math.max(seen.lastSeconds, seconds.at(-1)!)
    const entry = seen.containers.get(container) ?? { requests: {}, limits: {} }
    seen.containers.set(container, entry)
    const [which, resource] = ASKED_METRICS[query] ?? []
    const value = values.at(-1)!
    if (which && resource && value > 0) entry[which][resource] = value
  }
  return pods
}
