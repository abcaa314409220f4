import type { TimeWindow } from '../history/index.ts'
import { type PrometheusSettings, prometheusOf, type UsedInWindow, usedIn } from '../prometheus/index.ts'
import type { Observed } from './observed.ts'
import { type PodsUsage, type ReadUsage, withMeasurement } from './usage.ts'

/** Of longer loads, the newest part counts. */
const LONGEST_SECONDS = 3600

type ReadPods = (
  of: { readonly namespace: string; readonly pods: readonly string[] },
  window: TimeWindow,
  signal: AbortSignal,
) => Promise<UsedInWindow>

/** Reads Prometheus, where the settings name one. */
export function prometheusUsage(settings: PrometheusSettings, nowSeconds: () => number): ReadUsage {
  const options = { ...prometheusOf(settings), nowSeconds }
  return usageOfWindow((of, window, signal) => usedIn(options, of, window, signal))
}

/**
 * Reads what the Pods used in a whole window: CPU as the mean between the first and the last sample in it. The learner's usage is no use
 * here, because it is an average of at least five minutes, which may be longer than the load.
 */
export function usageOfWindow(readPods: ReadPods): ReadUsage {
  return async ({ experiment, targets }, signal, { fromSeconds, toSeconds }) => {
    const { namespace } = experiment.metadata
    const workloadOf = workloadsOfPods(targets)
    const window = { fromSeconds: Math.max(fromSeconds, toSeconds - LONGEST_SECONDS), toSeconds }
    const read = await readPods({ namespace, pods: [...workloadOf.keys()] }, window, signal)
    const usage = usageOf(read, workloadOf)
    return usage.size === 0 ? undefined : withMeasurement([], [usage])
  }
}

function workloadsOfPods(targets: Observed['targets']): ReadonlyMap<string, string> {
  return new Map(
    targets.flatMap(({ object, pods }) =>
      object ? pods.map(({ metadata }) => [metadata?.name ?? '', object.metadata.name] as const) : [],
    ),
  )
}

/**
 * CPU of all Pods together, and the highest memory of any Pod. Pods whose CPU is not known, such as those that were scraped once, count as
 * the others do.
 */
function usageOf({ cpuCores, peakMemoryBytes }: UsedInWindow, workloadOf: ReadonlyMap<string, string>): PodsUsage {
  const podsOf = new Map<string, number>()
  for (const workload of workloadOf.values()) podsOf.set(workload, (podsOf.get(workload) ?? 0) + 1)
  const sums = new Map<string, { workload: string; cores: number; pods: number; peakMemoryBytes: number }>()
  for (const [pod, containers] of cpuCores) {
    const workload = workloadOf.get(pod)
    if (workload === undefined) continue
    for (const [container, cores] of containers) {
      const sum = sums.get(`${workload}/${container}`) ?? { workload, cores: 0, pods: 0, peakMemoryBytes: 0 }
      sums.set(`${workload}/${container}`, {
        workload,
        cores: sum.cores + cores,
        pods: sum.pods + 1,
        peakMemoryBytes: Math.max(sum.peakMemoryBytes, peakMemoryBytes.get(pod)?.get(container) ?? 0),
      })
    }
  }
  return new Map(
    Array.from(sums, ([key, { workload, cores, pods, peakMemoryBytes }]) => [
      key,
      { cpuCores: (cores / pods) * podsOf.get(workload)!, peakMemoryBytes },
    ]),
  )
}
