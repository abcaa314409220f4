import type { HistorySource, UsageSample } from '../history/index.ts'
import { type PrometheusSettings, prometheusHistory, prometheusOf } from '../prometheus/index.ts'
import type { Observed } from './observed.ts'
import type { PodsUsage, ReadUsage } from './usage.ts'

/** Step of what is read: scrapes are seldom more frequent. */
const STEP_SECONDS = 15
/** How far back one reading looks: scrapes arrive late. */
const LOOK_BACK_SECONDS = 120

/** Reads Prometheus, where the settings name one. A sample counts once. */
export function prometheusUsage(settings: PrometheusSettings, nowSeconds: () => number): ReadUsage {
  return usageOfHistory(
    (namespace) =>
      prometheusHistory({
        ...prometheusOf(settings),
        ...{ nowSeconds, namespaces: [namespace], stepSeconds: STEP_SECONDS },
      }),
    nowSeconds,
  )
}

/** Reads the newest samples of a history: those of the Pods that run, from the moment that the load has warmed up. */
export function usageOfHistory(
  source: (namespace: string) => Pick<HistorySource, 'read'>,
  nowSeconds: () => number,
): ReadUsage {
  /** Newest sample that was counted, by experiment. */
  const newest = new Map<string, number>()
  return async ({ experiment, targets }, signal, sinceSeconds) => {
    const { namespace, uid } = experiment.metadata
    const fromSeconds = Math.max(sinceSeconds, (newest.get(uid) ?? 0) + 1, nowSeconds() - LOOK_BACK_SECONDS)
    const window = { fromSeconds, toSeconds: nowSeconds() }
    if (window.toSeconds - window.fromSeconds < STEP_SECONDS) return undefined
    const workloadOf = workloadsOfPods(targets)
    const samples: UsageSample[] = []
    for await (const batch of source(namespace).read({ window, signal }))
      for (const sample of batch)
        if (workloadOf.has(sample.pod) && sample.timestampSeconds >= fromSeconds) samples.push(sample)
    if (samples.length === 0) return undefined
    newest.set(uid, Math.max(...samples.map(({ timestampSeconds }) => timestampSeconds)))
    return [meanOf(samples, workloadOf)]
  }
}

function workloadsOfPods(targets: Observed['targets']): ReadonlyMap<string, string> {
  return new Map(
    targets.flatMap(({ object, pods }) =>
      object ? pods.map(({ metadata }) => [metadata?.name ?? '', object.metadata.name] as const) : [],
    ),
  )
}

/** CPU of all Pods together, as the mean over the times of the samples; the highest memory of any Pod. */
function meanOf(samples: readonly UsageSample[], workloadOf: ReadonlyMap<string, string>): PodsUsage {
  const sums = new Map<string, { cores: number; times: Set<number>; peakMemoryBytes: number }>()
  for (const { container, pod, timestampSeconds, cpuCores, memoryBytes } of samples) {
    const key = `${workloadOf.get(pod)}/${container.container}`
    const sum = sums.get(key) ?? { cores: 0, times: new Set(), peakMemoryBytes: 0 }
    if (!Number.isNaN(cpuCores)) {
      sum.cores += cpuCores
      sum.times.add(timestampSeconds)
    }
    if (!Number.isNaN(memoryBytes)) sum.peakMemoryBytes = Math.max(sum.peakMemoryBytes, memoryBytes)
    sums.set(key, sum)
  }
  return new Map(
    [...sums].map(([key, { cores, times, peakMemoryBytes }]) => [
      key,
      { cpuCores: times.size === 0 ? 0 : cores / times.size, peakMemoryBytes },
    ]),
  )
}
