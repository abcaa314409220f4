import type { PodStart } from '../fleet/index.ts'
import type { Boost, StartupBoost } from '../policy/index.ts'

type Rules = Pick<StartupBoost, 'plusSeconds' | 'atMostSeconds'>

/** Time within which the kubelet reports that a restarted container is not ready. */
const REPORTED_SECONDS = 10

/**
 * When the startup of a container is over, Unix time in seconds: a while after its Pod became ready, or at the latest a while after its
 * start. If a Pod has been ready since the container started, but is not ready now, its startup is over.
 *
 * @param rules undefined if no boost is configured any more: then the startup is over
 */
export function startupEnds(container: string, start: PodStart, rules: Rules | undefined): number {
  if (!rules) return Number.NEGATIVE_INFINITY
  const { readySeconds, unreadySeconds, startedSeconds, endedSeconds } = start
  const started = startedSeconds.get(container)
  if (started === undefined) {
    // It will restart, and keeps its boost until then: the kubelet ignores resizes of containers that do not run (kubernetes#138760).
    const ended = endedSeconds.get(container)
    return ended === undefined ? Number.POSITIVE_INFINITY : ended + rules.atMostSeconds
  }
  const latest = started + rules.atMostSeconds
  if (readySeconds !== undefined) return Math.min(latest, Math.max(readySeconds, started) + rules.plusSeconds)
  const wasReady = unreadySeconds !== undefined && unreadySeconds > started + REPORTED_SECONDS
  return wasReady ? Math.min(latest, unreadySeconds) : latest
}

/** What is due for the boost of a container now; undefined if nothing. */
export function boostDue(
  container: string,
  { isOn }: Pick<Boost, 'isOn'>,
  start: PodStart,
  rules: Rules | undefined,
  nowSeconds: number,
): 'give' | 'remove' | undefined {
  const isOver = nowSeconds >= startupEnds(container, start, rules)
  if (isOn) return isOver ? 'remove' : undefined
  return !isOver && start.startedSeconds.has(container) ? 'give' : undefined
}

/** How long after its end a boost may stay before it is reported. */
const GRACE_SECONDS = 60

/** Whether a container still has its boost long after its startup is over. */
export function isOverdue(
  container: string,
  { isOn, lingers }: Pick<Boost, 'isOn'> & { readonly lingers: boolean },
  start: PodStart,
  rules: Rules | undefined,
  nowSeconds: number,
): boolean {
  if (!isOn && !lingers) return false
  // If no boost is configured any more, the end of startup is unknown: use the default rules.
  return nowSeconds >= startupEnds(container, start, rules ?? USUAL) + GRACE_SECONDS
}

const USUAL: Rules = { plusSeconds: 30, atMostSeconds: 600 }
