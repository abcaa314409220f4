import type { Revision, Values } from '../api/index.ts'
import type { ContainerResources } from '../resources/index.ts'
import {
  type BurnWindows,
  differenceOfShares,
  type Group,
  isFastBurn,
  isKnown,
  type Objective,
  type SloReading,
  shareOf,
  sumOf,
} from '../slos/index.ts'
import { firstReceivedAt, type PodHealth, receivedAt } from './pod-health.ts'
import { givesLess } from './takes-away.ts'
import { percent, shorten } from './text.ts'

/** Lengths of the burn windows, and how long a change may be blamed for what follows where no other Pods are left to compare with. */
export interface SloRules {
  readonly longSeconds: number
  readonly shortSeconds: number
  readonly guardForSeconds: number
}

/** What was read of the SLOs of a workload, and when a change may be blamed for it. */
export interface SloFacts {
  readonly readings: readonly SloReading[]
  /** Names of other workloads of the namespace whose SLOs have degraded just now. */
  readonly degraded: readonly string[]
  readonly rules: SloRules
  readonly now: Date
}

/** A revision whose Pods burn an error budget fast. */
export interface SloVerdict {
  readonly objective: Objective
  /** Whether the revision is the cause, as far as that can be said. */
  readonly isToBlame: boolean
  /** Figures, and why it is not blamed if it is not; without final period. */
  readonly message: string
}

/** A revision and the Pods of its workload. */
interface Judged {
  readonly revision: Revision
  readonly before: Values
  readonly author: ReadonlyMap<string, ContainerResources>
  /** All Pods of the workload. */
  readonly pods: readonly PodHealth[]
}

/** How much more load counts as equal: rates of one service at the same time of two days differ by so much. */
const EQUAL_LOAD = 1.25
/** Standard deviations of a number of requests by which it may exceed that by chance. */
const CHANCE = 3

/**
 * Judges a revision by the SLOs of its workload, for each objective whose budget burns fast. Its Pods are compared with the others at
 * the same time: it is to blame if they burn fast, and are significantly worse in both windows. Without others, or where the series do
 * not tell Pods apart, all requests are compared with those before the change: shortly after it, at a load that is not higher, and if
 * nothing else in the namespace has degraded. What only gives more is never to blame.
 */
export function judgeSlos(judged: Judged, facts: SloFacts): readonly SloVerdict[] {
  return facts.readings.flatMap((reading) => {
    const { objective } = reading
    const found = isKnown(reading, facts.now.getTime() / 1000) ? compare(judged, reading, facts) : undefined
    if (!found) return []
    const excuse = isInnocent(judged) ? `revision ${judged.revision.revision} only gives more` : found.excuse
    const text = [found.figures, ...(excuse === undefined ? [] : [excuse])].join('; ')
    const message = shorten(`SLO ${objective.name} (${shorten(objective.text, 60)}): ${text}`)
    return [{ objective, isToBlame: excuse === undefined, message }]
  })
}

function isInnocent({ revision, pods, before, author }: Judged): boolean {
  const carriers = pods.filter((pod) => receivedAt(pod, revision) !== undefined)
  return !givesLess(revision, { before, author, carriers })
}

/** Requests whose budget burns fast, compared with others. */
interface Finding {
  readonly figures: string
  /** Why the revision is not to blame; undefined if it is. */
  readonly excuse?: string | undefined
}

/** @returns undefined if the Pods of the revision do not burn the budget fast, as far as that is known */
function compare(judged: Judged, reading: SloReading, facts: SloFacts): Finding | undefined {
  const groups = groupsOf(judged, reading, facts)
  return groups ? compareWithOthers(groups, reading.objective) : compareWithBefore(judged, reading, facts)
}

type Groups = Readonly<Record<'changed' | 'others', readonly BurnWindows[]>>

/**
 * Requests of the Pods that carry the revision, and of the others; undefined if there are no others. Only Pods count that have been as
 * they are for the whole short window: what is older than an outage has good times in its windows, and what is younger has none.
 */
function groupsOf({ revision, pods }: Judged, { byPod }: SloReading, { rules, now }: SloFacts): Groups | undefined {
  if (!byPod) return undefined
  const latest = now.getTime() - rules.shortSeconds * 1000
  const [changed, others]: [BurnWindows[], BurnWindows[]] = [[], []]
  for (const pod of pods) {
    const windows = pod.name === undefined ? undefined : byPod.get(pod.name)
    const received = receivedAt(pod, revision)
    if (!windows || (received ?? Date.parse(pod.createdAt)) > latest) continue
    if (received === undefined) others.push(windows)
    else changed.push(windows)
  }
  const serve = (windows: readonly BurnWindows[]) => windows.some(({ short }) => short.total > 0)
  return serve(others) ? { changed, others } : undefined
}

function compareWithOthers({ changed, others }: Groups, { budget }: Objective): Finding | undefined {
  const [own, control] = [windowsOf(changed), windowsOf(others)]
  if (!isFastBurn({ long: own.long.requests, short: own.short.requests }, budget)) return undefined
  const figures = `of the requests of ${podsWith(changed.length, 'this revision')}, ${shareIn(own.long)} are bad, of those of ${podsWith(others.length, 'another')} ${shareIn(control.long)}`
  const isWorse = [differenceOfShares(own.long, control.long), differenceOfShares(own.short, control.short)].every(
    (one) => one !== undefined && one.low > 0,
  )
  return { figures, ...(!isWorse && { excuse: 'that is no significant difference' }) }
}

function windowsOf(pods: readonly BurnWindows[]): Readonly<Record<'long' | 'short', Group>> {
  const of = (window: 'long' | 'short'): Group => {
    const byPod = pods.map((one) => one[window])
    return { pods: pods.length, requests: sumOf(byPod), byPod }
  }
  return { long: of('long'), short: of('short') }
}

function podsWith(count: number, what: string): string {
  return `${count} ${count === 1 ? 'Pod' : 'Pods'} with ${what}`
}

function shareIn({ requests }: Group): string {
  return percent(shareOf(requests) ?? 0)
}

/** Compares all requests with those before the revision. */
function compareWithBefore(
  { revision, pods }: Judged,
  { burn, before, objective }: SloReading,
  { degraded, rules, now }: SloFacts,
): Finding | undefined {
  const since = firstReceivedAt(revision, pods)
  if (since === undefined || !burn || !isFastBurn(burn, objective.budget)) return undefined
  const passed = (now.getTime() - since) / 1000
  if (passed < rules.shortSeconds) return undefined
  const bad = `${percent(shareOf(burn.long)!)} of all requests are bad`
  const was = before?.revision === revision.revision ? shareOf(before.requests) : undefined
  if (was === undefined) return { figures: bad, excuse: 'how it was before the change is not known' }
  const figures = `${bad}, and ${percent(was)} were before revision ${revision.revision}`
  const serving = Math.max(1, pods.length)
  const groupOf = (requests: Group['requests']): Group => ({ pods: serving, requests })
  const isWorse = [burn.long, burn.short].every((requests) => {
    const difference = differenceOfShares(groupOf(requests), groupOf(before!.requests))
    return difference !== undefined && difference.low > 0
  })
  if (!isWorse) return { figures, excuse: 'that is no significant difference' }
  if (passed > rules.guardForSeconds) return { figures, excuse: 'the change was too long ago to be the cause' }
  const growth = growthOf(burn, before!.requests.total, rules)
  if (growth > 1) return { figures, excuse: `the load is ${growth.toFixed(1)} times that before` }
  if (degraded.length > 0) return { figures, excuse: `others degraded at the same time: ${degraded.join(', ')}` }
  return { figures }
}

/**
 * By how much the load has grown since, as a factor; 1 if it is equal or lower. A lower rate is no excuse: what becomes slow serves
 * less. The short window counts as well, because the long one may still have requests from before the change.
 */
function growthOf({ long, short }: BurnWindows, before: number, { shortSeconds, longSeconds }: SloRules): number {
  const expected = (before * shortSeconds) / longSeconds
  const isMore = (total: number, usual: number) => total > EQUAL_LOAD * usual + CHANCE * Math.sqrt(usual)
  if (!isMore(long.total, before) && !isMore(short.total, expected)) return 1
  return Math.max(long.total / before, short.total / expected)
}
