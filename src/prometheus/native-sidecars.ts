import type { TimeWindow } from '../history/index.ts'
import type { Scope } from './selector.ts'
import { containersQuery, sampledQuery } from './signal-queries.ts'
import type { StoreReader } from './store-reader.ts'

/** Range in which a container that runs now has been sampled several times. */
const RECENT_SECONDS = 1800
/** Share of the samples of other containers from which an init container counts as a sidecar. */
const NEARLY_AS_OFTEN = 0.75

interface Init {
  readonly pod: string
  readonly container: string
}

/** Key of a container of a Pod within its namespace. */
export function podContainerKey({ pod, container }: Init): string {
  return `${pod}/${container}`
}

/**
 * Init containers of a namespace that are native sidecars: those with `restartPolicy: Always`. Older versions of kube-state-metrics do
 * not report the policy. Then an init container counts as a sidecar if it was sampled as long as the other containers of its Pod: in
 * the last half hour if the Pod still runs, or else in the whole window.
 *
 * @param running names of the running Pods
 * @returns keys of `podContainerKey`
 */
export async function readNativeSidecars(
  reader: StoreReader,
  scopes: { readonly usage: Scope; readonly state: Scope },
  window: TimeWindow,
  running: ReadonlySet<string | undefined>,
): Promise<ReadonlySet<string>> {
  const inits = await reader.labelsOver(window, (range) => containersQuery('init_container', scopes.state, range))
  const sidecars = new Set<string>()
  const undecided = new Map<string, Init>()
  const isMarked = inits.some(({ restart_policy }) => restart_policy)
  for (const { pod = '', container = '', restart_policy } of inits) {
    const init = { pod, container }
    if (restart_policy === 'Always') sidecars.add(podContainerKey(init))
    else if (!isMarked) undecided.set(podContainerKey(init), init)
  }
  if (undecided.size === 0) return sidecars
  const recent = {
    fromSeconds: Math.max(window.fromSeconds, window.toSeconds - RECENT_SECONDS),
    toSeconds: window.toSeconds,
  }
  const all = await countSamples(reader, scopes.usage, window)
  const lately = await countSamples(reader, scopes.usage, recent)
  for (const [key, init] of undecided)
    if (accompanies(init, running.has(init.pod) && isSampled(init, lately) ? lately : all, undecided)) sidecars.add(key)
  return sidecars
}

/** Number of samples of each container, by Pod, then by container. */
type Counts = ReadonlyMap<string, ReadonlyMap<string, number>>

async function countSamples(reader: StoreReader, scope: Scope, window: TimeWindow): Promise<Counts> {
  const counts = new Map<string, Map<string, number>>()
  for await (const [found] of reader.over(window, (range) => sampledQuery(scope, range))) {
    for (const { labels, value } of found!) {
      const { pod = '', container = '' } = labels
      const its = counts.get(pod) ?? new Map<string, number>()
      counts.set(pod, its)
      its.set(container, (its.get(container) ?? 0) + value)
    }
  }
  return counts
}

/** Whether a Pod was sampled often enough to compare its containers. */
function isSampled({ pod }: Init, counts: Counts): boolean {
  return [...(counts.get(pod) ?? [])].some(([, number]) => number > 1)
}

function accompanies({ pod, container }: Init, counts: Counts, inits: ReadonlyMap<string, Init>): boolean {
  const its = counts.get(pod)
  const own = its?.get(container) ?? 0
  const others = [...(its ?? [])].filter(([name]) => !inits.has(podContainerKey({ pod, container: name })))
  const most = Math.max(0, ...others.map(([, number]) => number))
  return own > 1 && own >= NEARLY_AS_OFTEN * most && most >= NEARLY_AS_OFTEN * own
}
