import { type CurrentTrial, MAX_SLOS, secondsOf, WARM_UP_SECONDS } from '../api/index.ts'
import type { TimeWindow } from '../history/index.ts'
import { cpuThrottling, type PrometheusSettings, prometheusOf } from '../prometheus/index.ts'
import type { LoadSignals, Observed } from './observed.ts'

/** Reads what Prometheus says of the targets in a window of time. */
export type ReadSignals = (observed: Observed, window: TimeWindow, signal: AbortSignal) => Promise<LoadSignals>

/** Reads the SLOs of workloads of a namespace in a window of time. */
export type ReadSlos = (
  of: { readonly namespace: string; readonly workloads: readonly { readonly kind: string; readonly name: string }[] },
  window: TimeWindow,
) => Promise<NonNullable<LoadSignals['slos']>>

/** When a load has warmed up, in Unix seconds: what happened before does not count. */
export function warmedUpSeconds({ experiment: { spec } }: Observed, { stageAt, load = 0 }: CurrentTrial): number {
  const { warmUp } = spec.loads[load] ?? {}
  return Date.parse(stageAt) / 1000 + (warmUp === undefined ? WARM_UP_SECONDS : secondsOf(warmUp))
}

/** The load that has just ended, from its warm-up on; undefined while it runs, or where it said nothing. */
export function endedLoad(observed: Observed, now: Date): TimeWindow | undefined {
  const { current } = observed.experiment.status ?? {}
  if (current?.stage !== 'loading') return undefined
  const { name } = observed.experiment.spec.loads[current.load ?? 0] ?? {}
  const isOver = observed.loads.some(
    ({ trial, load, result }) => trial === current.number && load === name && result.kind === 'finished',
  )
  const window = { fromSeconds: warmedUpSeconds(observed, current), toSeconds: now.getTime() / 1000 }
  return isOver && window.toSeconds > window.fromSeconds ? window : undefined
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
