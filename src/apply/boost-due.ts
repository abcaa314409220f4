import type { PodStart } from '../fleet/index.ts'
import type { Boost, StartupBoost } from '../policy/index.ts'

type Rules = Pick<StartupBoost, 'plusSeconds' | 'atMostSeconds'>

/** Time within which the kubelet reports that a container that has started again is not ready. */
const REPORTED_SECONDS = 10

/**
 * When the startup of a container is over, Unix time in seconds: a while after its Pod became ready, or at the latest a while after
 * its start. A Pod that was ready since the container started, and is not any more, has started before.
 *
 * @param rules undefined if nothing asks for a boost any more: then it is over
 */
export function startupEnds(container: string, start: PodStart, rules: Rules | undefined): number {
  if (!rules) return Number.NEGATIVE_INFINITY
  const { readySeconds, unreadySeconds, startedSeconds, endedSeconds } = start
  const started = startedSeconds.get(container)
  if (started === undefined) {
    // It starts again, and keeps its boost until then: the kubelet ignores resizes of what does not run (kubernetes#138760).
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

/** How long after its end a boost may stay before somebody should know. */
const GRACE_SECONDS = 60

/** Whether the startup of a container has long been over, and it still has its boost. */
export function isOverdue(
  container: string,
  { isOn, lingers }: Pick<Boost, 'isOn'> & { readonly lingers: boolean },
  start: PodStart,
  rules: Rules | undefined,
  nowSeconds: number,
): boolean {
  if (!isOn && !lingers) return false
  // Where nothing asks for a boost any more, its end is not known: that of the usual rules is near enough.
  return nowSeconds >= startupEnds(container, start, rules ?? USUAL) + GRACE_SECONDS
}

const USUAL: Rules = { plusSeconds: 30, atMostSeconds: 600 }
