import type { Canary, Revision } from '../recommendations/index.ts'
import type { ContainerResources } from '../resources/index.ts'
import { type PodHealth, troubleWith, valuesBefore } from './health.ts'
import { chanceOfAtLeast } from './rates.ts'
import { describeThrottling, isThrottledMore, throttlingOf } from './throttling.ts'

/** A new revision goes to this share of a workload's new Pods first, for so long. */
export interface CanaryRules {
  /** 1..99 */
  readonly percent: number
  readonly forSeconds: number
}

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

/**
 * Whether a Pod is one of those that get the canary. The same Pod and revision always draw the same.
 *
 * @param name what tells the Pod from others: the name of a StatefulSet's Pod, the uid of the request of another
 */
export function drawsCanary(name: string, revision: number, percent: number): boolean {
  return hash(`${revision}/${name}`) % 100 < percent
}

/** FNV-1a, and the final mix of MurmurHash3 so that names that differ in their last character spread. Source: public domain, A. Appleby. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
