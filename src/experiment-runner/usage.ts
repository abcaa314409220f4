import type { TimeWindow } from '../history/index.ts'
import { type KubeClient, type KubeObject, POD_METRICS } from '../kube/index.ts'
import { parseQuantity, toNumber } from '../resources/index.ts'
import type { Observed, SampledUsage } from './observed.ts'
import { podsOf } from './pods.ts'

interface PodMetrics extends KubeObject {
  readonly timestamp?: string
  /** Time before `timestamp` over which CPU was averaged, as Go writes a duration: `15.2s`, `1m0.5s`. */
  readonly window?: string
  readonly containers?: readonly {
    readonly name?: string
    readonly usage?: { readonly cpu?: unknown; readonly memory?: unknown }
  }[]
}

/** Usage of the Pods of a target at one moment, by container. */
export type PodsUsage = ReadonlyMap<string, { readonly cpuCores: number; readonly peakMemoryBytes: number }>

/**
 * Reads the usage of the current load; undefined while nothing new was measured.
 *
 * @param window from the end of the warm-up until now: what was used before does not count
 * @param soFar what was read of this load before
 */
export type ReadUsage = (
  observed: Observed,
  signal: AbortSignal,
  window: TimeWindow,
  soFar: readonly SampledUsage[],
) => Promise<readonly SampledUsage[] | undefined>

/** Reads the metrics API. Each measurement counts once, if all of it was made after the warm-up. */
export function metricsApiUsage(client: KubeClient): ReadUsage {
  /** Newest measurement of each namespace. */
  const newest = new Map<string, string>()
  return async ({ experiment, targets }, signal, { fromSeconds }, soFar) => {
    const { namespace } = experiment.metadata
    let latest = ''
    let earliestSeconds = Number.POSITIVE_INFINITY
    const all: PodsUsage[] = []
    for (const { object } of targets) {
      if (!object) continue
      const usage = new Map<string, { cpuCores: number; peakMemoryBytes: number }>()
      for await (const { items } of client.list<PodMetrics>(POD_METRICS, { ...podsOf(object), signal }))
        for (const { timestamp = '', window = '', containers = [] } of items) {
          if (timestamp > latest) latest = timestamp
          earliestSeconds = Math.min(earliestSeconds, Date.parse(timestamp) / 1000 - goSeconds(window))
          for (const { name = '', usage: used } of containers) addTo(usage, `${object.metadata.name}/${name}`, used)
        }
      all.push(usage)
    }
    if (latest === '' || newest.get(namespace) === latest || earliestSeconds < fromSeconds) return undefined
    newest.set(namespace, latest)
    return withMeasurement(soFar, all)
  }
}

/** Seconds of a duration as Go writes it. */
function goSeconds(duration: string): number {
  const [, hours = '0', minutes = '0', seconds = '0'] = /^(?:(\d+)h)?(?:(\d+)m)?(?:([\d.]+)s)?$/.exec(duration) ?? []
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

function addTo(
  usage: Map<string, { cpuCores: number; peakMemoryBytes: number }>,
  container: string,
  used: { readonly cpu?: unknown; readonly memory?: unknown } = {},
): void {
  const before = usage.get(container) ?? { cpuCores: 0, peakMemoryBytes: 0 }
  const [cpu, memory] = [parseQuantity(used.cpu), parseQuantity(used.memory)]
  usage.set(container, {
    cpuCores: before.cpuCores + (cpu === undefined ? 0 : toNumber(cpu)),
    peakMemoryBytes: Math.max(before.peakMemoryBytes, memory === undefined ? 0 : toNumber(memory)),
  })
}

/**
 * Usage with one more measurement: mean CPU and highest memory of each container.
 *
 * @param usage of the same load so far
 */
export function withMeasurement(usage: readonly SampledUsage[], measured: readonly PodsUsage[]): SampledUsage[] {
  const all = new Map(usage.map((one) => [one.container, one]))
  for (const [container, now] of measured.flatMap((pods) => [...pods])) {
    const before = all.get(container) ?? { container, cpuCores: 0, peakMemoryBytes: 0, samples: 0 }
    const samples = before.samples + 1
    all.set(container, {
      container,
      samples,
      cpuCores: before.cpuCores + (now.cpuCores - before.cpuCores) / samples,
      peakMemoryBytes: Math.max(before.peakMemoryBytes, now.peakMemoryBytes),
    })
  }
  return [...all.values()]
}

/** The heavier of two loads, by container. */
export function heavier(one: readonly SampledUsage[], other: readonly SampledUsage[]): SampledUsage[] {
  const all = new Map(one.map((usage) => [usage.container, usage]))
  for (const usage of other) {
    const before = all.get(usage.container)
    if (!before) all.set(usage.container, usage)
    else
      all.set(usage.container, {
        ...(usage.cpuCores > before.cpuCores ? usage : before),
        peakMemoryBytes: Math.max(usage.peakMemoryBytes, before.peakMemoryBytes),
      })
  }
  return [...all.values()]
}
