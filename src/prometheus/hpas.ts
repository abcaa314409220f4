import type { Labels, TimeWindow } from '../history/index.ts'
import { groupKind, type Workload } from '../workloads/index.ts'
import type { ClusterGuard } from './cluster-guard.ts'
import type { Scope } from './selector.ts'
import { atMinimumQuery, type HpaReplicas, hpaReplicasQuery, hpasQuery, type Present } from './signal-queries.ts'
import type { StoreReader } from './store-reader.ts'

/** An HPA, as kube-state-metrics describes it. */
export interface PrometheusHpa {
  readonly name: string
  /** What it scales. */
  readonly target: Workload
  readonly minReplicas: number
  readonly maxReplicas: number
  /** Replicas at the end of the window. */
  readonly replicas?: number
  /** Share of the window (0..1) in which the target had exactly the minimum that was set at the time. */
  readonly atMinimumShare?: number
}

interface HpaReading {
  readonly reader: StoreReader
  readonly namespace: string
  readonly scope: Scope
  readonly guard: ClusterGuard
}

/** HPAs of a namespace, in the scope of kube-state-metrics. */
export async function readHpas(reading: HpaReading, present: Present, window: TimeWindow): Promise<PrometheusHpa[]> {
  const { reader, namespace, scope, guard } = reading
  const found = (await reader.at(hpasQuery(scope, present), present.seconds)).filter(({ labels }) =>
    guard.accepts('state', labels),
  )
  if (found.length === 0) return []
  const replicas = async (which: HpaReplicas) => {
    const byName = new Map<string, number>()
    for (const { labels, value } of await reader.at(hpaReplicasQuery(which, scope, present), present.seconds))
      if (guard.accepts('state', labels)) byName.set(nameIn(labels), value)
    return byName
  }
  const [least, most, current] = [await replicas('min'), await replicas('max'), await replicas('current')]
  const shares = await sharesAtMinimum(reading, window)
  return found.flatMap(({ labels }) => {
    const { scaletargetref_kind: kind, scaletargetref_name: target, scaletargetref_api_version: version } = labels
    const name = nameIn(labels)
    const [minReplicas, maxReplicas, now, share] = [least, most, current, shares].map((of) => of.get(name))
    if (!kind || !target || minReplicas === undefined || maxReplicas === undefined) return []
    return [
      {
        ...{ name, minReplicas, maxReplicas },
        target: { namespace, kind: groupKind(kind, version), name: target },
        ...(now !== undefined && { replicas: now }),
        ...(share !== undefined && { atMinimumShare: share }),
      },
    ]
  })
}

async function sharesAtMinimum({ reader, scope, guard }: HpaReading, window: TimeWindow): Promise<Map<string, number>> {
  const counts = new Map<string, { at: number; all: number }>()
  const query = (which: 'sum' | 'count') => (range: number) => atMinimumQuery(which, scope, range)
  for await (const [at, all] of reader.over(window, query('sum'), query('count'))) {
    for (const [field, amounts] of [['at', at!] as const, ['all', all!] as const]) {
      for (const { labels, value } of amounts) {
        if (!guard.accepts('state', labels)) continue
        const count = counts.get(nameIn(labels)) ?? { at: 0, all: 0 }
        count[field] += value
        counts.set(nameIn(labels), count)
      }
    }
  }
  return new Map([...counts].flatMap(([name, { at, all }]) => (all > 0 ? [[name, at / all] as const] : [])))
}

function nameIn({ horizontalpodautoscaler = '' }: Labels): string {
  return horizontalpodautoscaler
}
