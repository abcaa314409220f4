import type { Canary, Revision } from '../api/index.ts'
import type { CanaryRules } from '../policy/index.ts'
import type { ContainerResources } from '../resources/index.ts'
import { type PodHealth, troubleWith, valuesBefore } from './health.ts'
import { chanceOfAtLeast } from './rates.ts'
import { describeThrottling, isThrottledMore, throttlingOf } from './throttling.ts'

/** `back` says why, for people. */
export type Verdict = 'wait' | 'on' | { readonly back: string }

/** It is looked at every minute, so what ends a canary early must be rare by chance. */
const EARLY_CHANCE = 0.001
/** At the end it is looked at once, and going back costs little. */
const FINAL_CHANCE = 0.2

/**
 * Whether a canary goes on, back, or waits: trouble that the other Pods do not have ends it at once; restarts are compared
 * by rate, as the groups differ in size, and throttling by its share of the time, where it is known.
 *
 * @param applied what the other Pods are given; undefined: what their author wrote
 */
export function judgeCanary(
  canary: Canary,
  applied: Revision | undefined,
  author: ReadonlyMap<string, ContainerResources>,
  pods: readonly PodHealth[],
  rules: CanaryRules,
  now: Date,
): Verdict {
  const own = pods.filter(({ revision }) => revision === canary.revision.revision)
  const others = pods.filter(({ revision }) => revision !== canary.revision.revision)
  const suffers = others.some(({ oomKills, crashing }) => oomKills.length > 0 || crashing.length > 0)
  const trouble = troubleWith(canary.revision, valuesBefore(applied, author), own)
  if (trouble && !suffers) return { back: trouble }

  const time = (group: readonly PodHealth[]) =>
    group.reduce((sum, { createdAt }) => sum + Math.max(0, now.getTime() - Date.parse(createdAt)), 0)
  const [ownTime, otherTime] = [time(own), time(others)]
  const [restarts, otherRestarts] = [own, others].map((group) => group.reduce((sum, pod) => sum + pod.restarts, 0)) as [
    number,
    number,
  ]
  const isOver = canary.since !== undefined && now.getTime() - Date.parse(canary.since) >= rules.forSeconds * 1000
  const share = ownTime / Math.max(1, ownTime + otherTime)
  const chance = chanceOfAtLeast(restarts, restarts + otherRestarts, share)
  if (chance < (isOver ? FINAL_CHANCE : EARLY_CHANCE))
    return { back: `${restarts} restarts in ${own.length} Pods, ${otherRestarts} in ${others.length} others` }
  const throttling = throttlingOf(canary.revision.revision, pods)
  if (throttling && isThrottledMore(throttling, isOver))
    return { back: `its Pods were ${describeThrottling(throttling)}` }
  return isOver ? 'on' : 'wait'
}
