import { type Labels, subjectOf, type TimeWindow } from '../history/index.ts'
import { ReadingAccount } from './account.ts'
import { type PodSignals, type RequestsBefore, readAskedFor } from './asked-for.ts'
import { checkOfClusters } from './cluster-rows.ts'
import { type PrometheusHpa, readHpas } from './hpas.ts'
import type { PrometheusOptions } from './options.ts'
import { readOwners } from './owners.ts'
import { findPresent } from './present.ts'
import { type Kind, nodeLabelsQuery, type Present, seriesQuery } from './signal-queries.ts'
import { StoreReader } from './store-reader.ts'
import { readTroubles, type Troubles } from './troubles.ts'
import { readNamespaces } from './usage-reader.ts'

/** What a store reports besides usage. `has` tells for which kinds it has series; the others are unknown. */
export interface Signals {
  readonly has: { readonly requests: boolean; readonly oomKills: boolean; readonly throttling: boolean }
  readonly pods: readonly PodSignals[]
  readonly hpas: readonly PrometheusHpa[]
  /** Troubles of each container, by `containerKey`. */
  readonly troubles: ReadonlyMap<string, Readonly<Troubles>>
  /** Sum of the requests of all Pods of a container a week before the end of the window, in cores and bytes, by `containerKey`. */
  readonly requestsBefore: ReadonlyMap<string, Readonly<{ cpu: number; memory: number }>>
  /** Labels of each node, by its name, as in kube-state-metrics: `label_…`. */
  readonly nodeLabels: ReadonlyMap<string, Labels>
  /** Delay of the store at the end of the window, in seconds; 0 if there is none. */
  readonly behindSeconds: number
}

/**
 * Reads what a store has about containers besides usage: their requests and limits, OOM kills, restarts and throttling.
 *
 * @throws HistoryError if the store cannot be reached, refuses, or answers with something other than data
 */
export async function prometheusSignals(
  options: PrometheusOptions,
  window: TimeWindow,
  signal?: AbortSignal,
): Promise<Signals> {
  const reader = await StoreReader.open(options, signal)
  try {
    const namespaces = options.namespaces ?? (await readNamespaces(reader, window))
    return await readSignals(reader, options, window, namespaces)
  } finally {
    await reader.close()
  }
}

async function readSignals(
  reader: StoreReader,
  { own, account = new ReadingAccount() }: PrometheusOptions,
  window: TimeWindow,
  namespaces: readonly string[],
): Promise<Signals> {
  const present = await findPresent(reader, window)
  const knows = (what: Kind) => hasSeries(reader, what, present)
  const counts = (what: Kind) => reader.has(what, present.seconds)
  const has = {
    requests: await knows('requests'),
    oomKills: (await counts('oomEvents')) || (await counts('restarts')),
    throttling: await counts('periods'),
  }
  const hasHpas = await counts('hpas')
  const known = { phases: await knows('phases'), initContainers: await knows('initContainers') }
  const pods: PodSignals[] = []
  const hpas: PrometheusHpa[] = []
  const troubles = new Map<string, Troubles>()
  const requestsBefore: RequestsBefore = new Map()
  for (const namespace of namespaces) {
    const guard = own ?? (await checkOfClusters(reader, namespace, window))
    const usage = await reader.scope('usage', window, namespace, guard.names)
    const state = await reader.scope('state', window, namespace, guard.names)
    const owners = await readOwners(reader, state, window, (series) => guard.accepts('state', series))
    const reading = { ...{ reader, namespace, usage, state, owners, guard, account, present }, has: known }
    if (has.requests) pods.push(...(await readAskedFor(reading, requestsBefore)))
    if (hasHpas) hpas.push(...(await readHpas({ reader, namespace, scope: state, guard }, present, window)))
    await readTroubles({ ...reading, counted: has }, window, troubles)
  }
  const nodeLabels = await readNodeLabels(reader, present)
  return { has, pods, hpas, troubles, requestsBefore, nodeLabels, behindSeconds: window.toSeconds - present.seconds }
}

async function hasSeries(reader: StoreReader, what: Kind, { seconds, lookBackSeconds }: Present): Promise<boolean> {
  return (await reader.at(seriesQuery(what, { labels: reader.labels }, lookBackSeconds), seconds)).length > 0
}

async function readNodeLabels(reader: StoreReader, present: Present): Promise<Map<string, Labels>> {
  const found = await reader.at(nodeLabelsQuery({ labels: reader.labels }, present), present.seconds)
  return new Map(
    found.flatMap(({ labels }) => {
      const { node } = subjectOf(labels)
      return node ? [[node, labels] as const] : []
    }),
  )
}
