import { type ContainerValues, type Revision, readValues, type Values } from '../api/index.ts'
import { type ContainerResources, formatQuantity } from '../resources/index.ts'
import { valuesOnNode } from './node-classes.ts'
import { type OomKillSeen, type PodHealth, receivedAt } from './pod-health.ts'
import { chanceOfAtLeast } from './rates.ts'
import { judgeSlos, type SloFacts, type SloVerdict } from './slo-guard.ts'
import { takesAway, valuesBefore } from './takes-away.ts'
import { describeThrottling, isThrottledMore, throttlingOf } from './throttling.ts'

/** Trouble that a revision has caused. */
export interface Trouble {
  readonly kind: 'OomKill' | 'CrashLoop' | 'Restarts' | 'Throttling' | 'Slo'
  /** What happened, for a person to read; without a period at the end. */
  readonly message: string
}

/** Trouble that was seen in a running Pod. The Pod was rolled back immediately, so it no longer shows it. */
export interface TroubleSeen extends Trouble {
  readonly revision: number
}

/** A revision that is judged, with the facts about it. */
export interface Case {
  readonly revision: Revision
  /** The last good revision; undefined if there is none yet, so that Pods had the author's values before. */
  readonly lastGood: Revision | undefined
  readonly author: ReadonlyMap<string, ContainerResources>
  /** All Pods of the workload. */
  readonly pods: readonly PodHealth[]
  /** Set for a canary: the Pods that do not carry it are the control group. An applied revision has no control group. */
  readonly comparison?: { readonly now: Date; readonly isOver: boolean } | undefined
  /** Readings of the workload's SLOs; undefined if it has none. */
  readonly slo?: SloFacts | undefined
}

/** Chance below which restarts end a canary early. The groups are compared every minute, so random results must be rare. */
const EARLY_CHANCE = 0.001
/** Chance below which restarts fail a canary at its end: there is only one comparison, and a rollback costs little. */
const FINAL_CHANCE = 0.2

/**
 * Whether a revision has caused trouble: OOM kills at a limit that it lowered or added, or crash loops of a container whose values it
 * lowered. A revision that only raises values cannot be the cause. With a control group, trouble that also occurs in the control group
 * does not count, and restarts and throttling are compared: restarts by Pod and time, because the groups differ in size and age, and
 * throttling by its share of the time, if known. SLOs are compared with a control group where possible (`slo-guard.ts`). Undefined if
 * there is no trouble.
 */
export function judge({ revision, lastGood, author, pods, comparison, slo }: Case): Trouble | undefined {
  const carriers = pods.filter((pod) => receivedAt(pod, revision) !== undefined)
  let known: Values | undefined
  const before = () => {
    known ??= valuesBefore(lastGood, author)
    return known
  }
  const trouble = killsAndCrashes(revision, before, carriers)
  const bySlo = () => slo && sloTrouble(judgeSlos({ revision, before: before(), author, pods }, slo))
  if (!comparison) return trouble ?? bySlo()
  const others = pods.filter((pod) => receivedAt(pod, revision) === undefined)
  const othersSuffer = others.some(({ oomKills, crashing }) => oomKills.length > 0 || crashing.length > 0)
  if (trouble && !othersSuffer) return trouble
  return (
    restartsCompared(revision, carriers, others, comparison) ??
    throttlingCompared(revision, pods, comparison) ??
    bySlo()
  )
}

function sloTrouble(verdicts: readonly SloVerdict[]): Trouble | undefined {
  const found = verdicts.find(({ isToBlame }) => isToBlame)
  return found && { kind: 'Slo', message: found.message }
}

function killsAndCrashes(
  revision: Revision,
  before: () => Values,
  carriers: readonly PodHealth[],
): Trouble | undefined {
  const given = readValues(revision.containers)
  for (const pod of carriers) {
    const of = (values: Values, container: string) => valuesOnNode(values, container, pod.nodeClasses)
    // What somebody resized by hand does not carry the revision's values.
    const carries = (container: string) => pod.containers.get(container)?.isAsRecorded !== false
    const killed = pod.oomKills.find(
      (kill) =>
        carries(kill.container) &&
        isSince(kill, receivedAt(pod, revision)!) &&
        lowersMemoryLimit(of(given, kill.container), of(before(), kill.container)),
    )
    if (killed) {
      const limit = formatQuantity('memory', BigInt(Math.round(killed.limitBytes)) * 1_000_000_000n)
      return { kind: 'OomKill', message: `container ${killed.container} was OOM-killed at a limit of ${limit}` }
    }
    const crashing = pod.crashing.find((name) => carries(name) && takesAway(of(given, name), of(before(), name)))
    if (crashing !== undefined) return { kind: 'CrashLoop', message: `container ${crashing} is in a crash loop` }
  }
  return undefined
}

/** Whether a kill happened since a time. Times in a Pod's status are in whole seconds. */
function isSince({ timestampSeconds }: OomKillSeen, sinceMilliseconds: number): boolean {
  return timestampSeconds >= Math.floor(sinceMilliseconds / 1000)
}

function lowersMemoryLimit(given: ContainerValues | undefined, before: ContainerValues | undefined): boolean {
  const limit = given?.memory?.limit
  if (limit === undefined) return false
  return before?.memory?.limit === undefined || limit < before.memory.limit
}

function restartsCompared(
  revision: Revision,
  carriers: readonly PodHealth[],
  others: readonly PodHealth[],
  { now, isOver }: NonNullable<Case['comparison']>,
): Trouble | undefined {
  const exposure = (pod: PodHealth) =>
    Math.max(0, now.getTime() - (receivedAt(pod, revision) ?? Date.parse(pod.carries?.since ?? pod.createdAt)))
  const sum = (pods: readonly PodHealth[], of: (pod: PodHealth) => number) =>
    pods.reduce((total, pod) => total + of(pod), 0)
  const restarts = ({ restarts }: PodHealth) => restarts
  const [own, all] = [sum(carriers, restarts), sum([...carriers, ...others], restarts)]
  const share = (of: (pod: PodHealth) => number) => sum(carriers, of) / Math.max(1, sum([...carriers, ...others], of))
  // Some restarts come with the start of a Pod and some with time. If the rates of both groups are equal, then for every mix of both,
  // the canary's share of the restarts is at most the larger one of its share of the starts and its share of the time.
  const expected = Math.max(
    share(exposure),
    share(() => 1),
  )
  if (chanceOfAtLeast(own, all, expected) >= (isOver ? FINAL_CHANCE : EARLY_CHANCE)) return undefined
  const message = `${own} restarts in ${carriers.length} Pods, ${all - own} in ${others.length} others`
  return { kind: 'Restarts', message }
}

function throttlingCompared(
  { revision }: Revision,
  pods: readonly PodHealth[],
  { isOver }: NonNullable<Case['comparison']>,
): Trouble | undefined {
  const throttling = throttlingOf(revision, pods)
  if (!throttling || !isThrottledMore(throttling, isOver)) return undefined
  return { kind: 'Throttling', message: `its Pods were ${describeThrottling(throttling)}` }
}
