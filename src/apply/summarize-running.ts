import type { RunningStatus } from '../api/index.ts'
import type { Finding } from './finding.ts'
import type { StoredRefusal } from './refusals.ts'

const MAX_WAITING = 8
const MAX_MESSAGE = 200

/** What a Recommendation says about running Pods: why some do not have the applied values, each reason once, sorted. */
export function summarizeRunning(
  refused: readonly StoredRefusal[],
  findings: Iterable<Finding>,
): RunningStatus | undefined {
  const waiting = new Map<string, string | undefined>()
  for (const { reason, message } of findings)
    if (!isPassing(reason)) waiting.set(reason, waiting.get(reason) ?? message?.slice(0, MAX_MESSAGE))
  const sorted = [...waiting].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, MAX_WAITING)
  if (sorted.length === 0 && refused.length === 0) return undefined
  return {
    ...(sorted.length > 0 && {
      waiting: sorted.map(([reason, message]) => ({ reason, ...(message !== undefined && { message }) })),
    }),
    ...(refused.length > 0 && { refused: [...refused] }),
  }
}

/** Whether a reason disappears within seconds or minutes: reporting it would only cause writes. */
export function isPassing(reason: string): boolean {
  return PASSING.has(reason)
}

const PASSING: ReadonlySet<string> = new Set([
  'ResizeUnderWay',
  'WaitsForOthers',
  'PodNotReady',
  'RolloutUnderWay',
  'ContainerStopped',
  'RestartUnderWay',
])
