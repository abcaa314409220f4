import { type CurrentTrial, MAX_SLOS, secondsOf, WARM_UP_SECONDS } from '../api/index.ts'
import type { TimeWindow } from '../history/index.ts'
import { cpuThrottling, type PrometheusSettings, prometheusOf } from '../prometheus/index.ts'
import type { LoadSignals, Observed, ObservedLoad } from './observed.ts'

/** Reads what Prometheus says of the targets in a window of time. */
export type ReadSignals = (observed: Observed, window: TimeWindow, signal: AbortSignal) => Promise<LoadSignals>

/** Reads the SLOs of workloads of a namespace in a window of time. */
export type ReadSlos = (
  of: { readonly namespace: string; readonly workloads: readonly { readonly kind: string; readonly name: string }[] },
  window: TimeWindow,
) => Promise<NonNullable<LoadSignals['slos']>>

/**
 * The time that counts of a load: from the end of its warm-up until now, or until it ended. Where it is not known when its Pods
 * started, it counts from their creation.
 */
export function loadWindow(observed: Observed, current: CurrentTrial, now: Date): TimeWindow {
  const { warmUp } = observed.experiment.spec.loads[current.load ?? 0] ?? {}
  const { sent = {} } = currentLoad(observed, current) ?? {}
  const { fromSeconds = Date.parse(current.stageAt) / 1000, toSeconds = now.getTime() / 1000 } = sent
  return { fromSeconds: fromSeconds + (warmUp === undefined ? WARM_UP_SECONDS : secondsOf(warmUp)), toSeconds }
}

/** The load that runs now or has just ended; undefined before its objects exist. */
export function currentLoad(observed: Observed, { number, load = 0 }: CurrentTrial): ObservedLoad | undefined {
  const { name } = observed.experiment.spec.loads[load] ?? {}
  return observed.loads.find((one) => one.trial === number && one.load === name)
}

/** The window of the load that has just ended; undefined while it runs, or where it ended before its warm-up. */
export function endedLoad(observed: Observed, now: Date): TimeWindow | undefined {
  const { current } = observed.experiment.status ?? {}
  if (current?.stage !== 'loading' || currentLoad(observed, current)?.result.kind !== 'finished') return undefined
  const window = loadWindow(observed, current, now)
  return window.toSeconds > window.fromSeconds ? window : undefined
}

/** Reads throttling, and the SLOs. */
export function prometheusSignals(
  settings: PrometheusSettings,
  readSlos: ReadSlos,
  nowSeconds: () => number,
): ReadSignals {
  return async ({ experiment, targets }, window, signal) => {
    const { namespace } = experiment.metadata
    const throttled: NonNullable<LoadSignals['throttled']> = []
    for (const { object, pods } of targets) {
      const names = pods.flatMap(({ metadata }) => metadata?.name ?? [])
      if (!object || names.length === 0) continue
      const of = { namespace, pods: names }
      const found = await cpuThrottling({ ...prometheusOf(settings), nowSeconds }, of, window, signal)
      const sum = (field: 'periods' | 'throttled') => found?.values().reduce((all, one) => all + one[field], 0) ?? 0
      if (sum('periods') > 0)
        throttled.push({ workload: object.metadata.name, share: Math.min(1, sum('throttled') / sum('periods')) })
    }
    const workloads = targets.flatMap(({ object }) =>
      object ? [{ kind: object.kind ?? 'Deployment', name: object.metadata.name }] : [],
    )
    const slos = await readSlos({ namespace, workloads }, window)
    return { ...(throttled.length > 0 && { throttled }), ...(slos.length > 0 && { slos: slos.slice(0, MAX_SLOS) }) }
  }
}
