import { runsToItsEnd } from '../workloads/index.ts'
import type { WorkloadFacts } from './facts.ts'
import type { IdleInsight } from './model.ts'

/** Usage of the whole fleet: when it begins and ends. */
export interface UsageSpan {
  readonly fromSeconds: number
  readonly toSeconds: number
}

const SPAN_SECONDS = 14 * 86_400
/** A window of two weeks is read in whole steps, and the first of them may be missing. */
const NEARLY = 0.98
/** CPU of a Pod up to which it does next to nothing: a process that only answers probes uses a few millicores. */
const IDLE_CORES = 0.01
/** Share of the samples that may be above: 40 minutes in 14 days, for Pods that started again. */
const BUSY_SHARE = 0.002
/** Bytes that a Pod may receive per second: probes and scrapes of metrics are some hundreds. */
const IDLE_BYTES_PER_SECOND = 1024

/**
 * Whether a workload has used next to nothing for 14 days; undefined if it has, or if less is known about any of its containers.
 * Traffic counts where it is known. Workloads that run on every node or to their end are never idle.
 */
export function idleOf(
  { workload: { kind }, pods, containers, receivedBytesPerSecond }: WorkloadFacts,
  { fromSeconds, toSeconds }: UsageSpan,
): IdleInsight | undefined {
  if (kind === 'DaemonSet' || runsToItsEnd(kind) || pods === 0 || containers.length === 0) return undefined
  if ((receivedBytesPerSecond ?? 0) > IDLE_BYTES_PER_SECOND) return undefined
  const since = toSeconds - SPAN_SECONDS
  if (fromSeconds > toSeconds - SPAN_SECONDS * NEARLY) return undefined
  let lastActive: number | undefined
  let first = Number.POSITIVE_INFINITY
  let cores = 0
  for (const { usage } of containers) {
    if (!usage || usage.length === 0) return undefined
    let [count, busy, most] = [0, 0, 0]
    for (let i = 0; i < usage.length; i++) {
      const { timestampSeconds, cpuCores } = usage.sampleAt(i)
      if (Number.isNaN(cpuCores)) continue
      if (cpuCores > IDLE_CORES) lastActive = Math.max(lastActive ?? 0, timestampSeconds)
      first = Math.min(first, timestampSeconds)
      if (timestampSeconds <= since) continue
      count++
      if (cpuCores > IDLE_CORES) busy++
      else most = Math.max(most, cpuCores)
    }
    if (count === 0 || busy > count * BUSY_SHARE) return undefined
    cores += most
  }
  if (cores > IDLE_CORES || first > toSeconds - SPAN_SECONDS * NEARLY) return undefined
  return {
    cpuCores: cores,
    ...(receivedBytesPerSecond !== undefined && { receivedBytesPerSecond }),
    ...(lastActive !== undefined && { lastActive: new Date(Math.floor(lastActive) * 1000).toISOString() }),
  }
}
