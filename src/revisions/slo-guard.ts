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

/** Lengths of the burn windows, and how long a change may be blamed if there are no other Pods left for a comparison. */
export interface SloRules {
  readonly longSeconds: number
  readonly shortSeconds: number
  readonly guardForSeconds: number
}

/** Readings of the SLOs of a workload, and when a change may be blamed for them. */
export interface SloFacts {
  readonly readings: readonly SloReading[]
  /** Names of other workloads of the namespace whose SLOs have just degraded. */
  readonly degraded: readonly string[]
  readonly rules: SloRules
  readonly now: Date
}

/** A revision whose Pods burn an error budget fast. */
export interface SloVerdict {
  readonly objective: Objective
  /** Whether the revision is the cause, as far as is known. */
  readonly isToBlame: boolean
  /** Figures, and why the revision is not blamed if it is not; without a period at the end. */
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

/** Growth of load that counts as equal: the rates of one service at the same time of two days differ by this much. */
const EQUAL_LOAD = 1.25
/** Standard deviations by which a number of requests may exceed that by chance. */
const CHANCE = 3

/**
 * Judges a revision by the SLOs of its workload, for each objective whose budget burns fast. Its Pods are compared with the others at
 * the same time: it is to blame if they burn fast, and are significantly worse in both windows. If there are no others, or the series
 * have no Pod label, all requests are compared with those before the change: soon after it, with no higher load, and if nothing else in
 * the namespace has degraded. A revision that only raises values is never to blame.
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

/** Requests that burn the budget fast, compared with others. */
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
 * Requests of the Pods that carry the revision, and of the others; undefined if there are no others. Only Pods count that had their
 * values for the whole short window: the windows of Pods that are older than an outage include good times, those of younger Pods do
 * not.
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
  const ours = `${shareIn(own.long)} of the requests of ${podsWith(changed.length, 'this revision')} are bad`
  const figures = `${ours}, compared with ${shareIn(control.long)} for ${podsWith(others.length, 'another')}`
  const isWorse = [differenceOfShares(own.long, control.long), differenceOfShares(own.short, control.short)].every(
    (one) => one !== undefined && one.low > 0,
  )
  return { figures, ...(!isWorse && { excuse: 'the difference is not significant' }) }
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
  if (was === undefined) return { figures: bad, excuse: 'there are no figures from before the change' }
  const figures = `${bad}; before revision ${revision.revision}, it was ${percent(was)}`
  const serving = Math.max(1, pods.length)
  const groupOf = (requests: Group['requests']): Group => ({ pods: serving, requests })
  const isWorse = [burn.long, burn.short].every((requests) => {
    const difference = differenceOfShares(groupOf(requests), groupOf(before!.requests))
    return difference !== undefined && difference.low > 0
  })
  if (!isWorse) return { figures, excuse: 'the difference is not significant' }
  if (passed > rules.guardForSeconds) return { figures, excuse: 'the change was too long ago to be the cause' }
  const growth = growthOf(burn, before!.requests.total, rules)
  if (growth > 1) return { figures, excuse: `the load is ${growth.toFixed(1)} times as high as before` }
  if (degraded.length > 0) return { figures, excuse: `others degraded at the same time: ${degraded.join(', ')}` }
  return { figures }
}

/**
 * Factor by which the load has grown since; 1 if it is equal or lower. A lower rate is no excuse, because a slow service serves less.
 * The short window counts as well, because the long one may still include requests from before the change.
 */
function growthOf({ long, short }: BurnWindows, before: number, { shortSeconds, longSeconds }: SloRules): number {
  const expected = (before * shortSeconds) / longSeconds
  const isMore = (total: number, usual: number) => total > EQUAL_LOAD * usual + CHANCE * Math.sqrt(usual)
  if (!isMore(long.total, before) && !isMore(short.total, expected)) return 1
  return Math.max(long.total / before, short.total / expected)
}
