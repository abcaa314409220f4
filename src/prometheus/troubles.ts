import { type Labels, type TimeWindow, whyNotNamed } from '../history/index.ts'
import { containerKey } from '../workloads/index.ts'
import { kindsOf, type NamespaceReading } from './asked-for.ts'
import type { Reporter } from './layout.ts'
import { type Counter, crashingQuery, oomKilledQuery, risenQuery } from './signal-queries.ts'

/** Troubles of one container in all its Pods in the window: numbers of OOM kills, restarts, CPU periods and throttled CPU periods. */
export interface Troubles {
  oomKills: number
  restarts: number
  periods: number
  throttled: number
  isCrashing: boolean
}

/** Field to which each counter is added. OOM kills are counted separately. */
const FIELDS = { restarts: 'restarts', initRestarts: 'restarts', periods: 'periods', throttled: 'throttled' } as const

/**
 * Reads OOM kills, restarts, throttling and restart loops of a namespace, and adds them by `containerKey`.
 */
export async function readTroubles(
  reading: NamespaceReading & { readonly counted: { readonly oomKills: boolean; readonly throttling: boolean } },
  window: TimeWindow,
  troubles: Map<string, Troubles>,
): Promise<void> {
  const { reader, namespace, owners, guard, present, counted, has } = reading
  const of = (reporter: Reporter, labels: Labels): Troubles | undefined => {
    const { pod = '', container = '' } = labels
    const workload = guard.accepts(reporter, labels) ? owners.workloadOf(namespace, pod) : undefined
    if (!workload || whyNotNamed(workload, container, pod)) return undefined
    const key = containerKey({ workload, container })
    const its = troubles.get(key) ?? { oomKills: 0, restarts: 0, periods: 0, throttled: 0, isCrashing: false }
    troubles.set(key, its)
    return its
  }
  const kinds = kindsOf(has)
  const counters: Counter[] = [
    ...(counted.oomKills ? (['oomEvents', 'restarts'] as const) : []),
    ...(counted.oomKills && has.initContainers ? (['initRestarts'] as const) : []),
    ...(counted.throttling ? (['periods', 'throttled'] as const) : []),
  ]
  /** OOM kills of each container of a Pod: a kill may be in either of two metrics. */
  const kills = new Map<string, { readonly labels: Labels; count: number }>()
  const killsOf = (reporter: Reporter, labels: Labels) => {
    const key = `${labels.pod}/${labels.container}`
    const known = kills.get(key) ?? { labels, count: 0 }
    if (guard.accepts(reporter, labels)) kills.set(key, known)
    return known
  }
  const ended = counted.oomKills ? kinds : []
  for await (const answers of reader.over(
    window,
    ...counters.map((counter) => (range: number) => risenQuery(counter, reading[reporterOf(counter)], range)),
    ...ended.map((kind) => (range: number) => oomKilledQuery(kind, reading.state, range)),
  )) {
    for (const [i, counter] of counters.entries()) {
      for (const { labels, value } of answers[i]!) {
        if (!(value > 0)) continue
        if (counter === 'oomEvents') killsOf('usage', labels).count += value
        else {
          const its = of(reporterOf(counter), labels)
          if (its) its[FIELDS[counter]] += value
        }
      }
    }
    for (const { labels } of answers.slice(counters.length).flat()) {
      const known = killsOf('state', labels)
      known.count = Math.max(1, known.count)
    }
  }
  for (const { labels, count } of kills.values()) {
    // These series were already accepted, by their reporter.
    const its = of('usage', labels) ?? of('state', labels)
    // `increase` extrapolates to the whole range, so a count may be fractional.
    if (its) its.oomKills += Math.round(count)
  }
  for (const kind of ended) {
    for (const { labels } of await reader.at(crashingQuery(kind, reading.state, present), present.seconds)) {
      const its = of('state', labels)
      if (its) its.isCrashing = true
    }
  }
}

function reporterOf(counter: Counter): Reporter {
  return counter === 'restarts' || counter === 'initRestarts' ? 'state' : 'usage'
}
