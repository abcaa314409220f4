import { Goal } from '../api/index.ts'
import type { UsageColumns } from '../history/index.ts'
import type { Cadence } from '../learner/index.ts'
import { type ContainerUsage, containerUsage, type Decision, type Score, Scorer } from '../scoring/index.ts'
import { cadenceSeconds, turnAfter } from './cadence.ts'
import { fixedAtPeak } from './fixed.ts'
import { type ByDay, reservedByDay, usedByDay } from './fleet-days.ts'
import { learnAll } from './learn-all.ts'
import { krr } from './peers/krr.ts'
import { vpa } from './peers/vpa.ts'
import { type SloUnder, sloUnder } from './slo-under.ts'

export type CandidateName = Goal | 'running' | 'vpa' | 'krr' | 'fixed'

/** One way to size all containers, and its results. */
export interface Candidate {
  readonly name: CandidateName
  readonly score: Score
  readonly reserved: ByDay
}

/** What Plimsoll would have done with a history for each goal, compared with other recommenders. */
export interface Comparison {
  readonly goals: readonly (Candidate & { readonly name: Goal; readonly slo: SloUnder | undefined })[]
  /**
   * The same for `CompareOptions.goal` where running Pods can be resized, so that values may change at any hour; undefined if
   * the cadence is hourly anyway, or the history too long to be decided on so often.
   */
  readonly running: Candidate | undefined
  readonly peers: readonly Candidate[]
  /** Each container always at its highest usage, which can only be known afterwards: the baseline for savings. */
  readonly fixed: Candidate
  readonly used: ByDay
  /** Decisions for `CompareOptions.goal`, by container and in order of time. */
  readonly decisions: ReadonlyMap<UsageColumns, readonly Decision[]>
}

export interface CompareOptions {
  readonly cadence: Cadence
  /** Goal whose decisions are kept. */
  readonly goal: Goal
  /** Seconds between two samples of a Pod. */
  readonly stepSeconds: number
  /** Called during the comparison with the share done (0..1) and what is being done. */
  readonly onProgress?: (share: number, doing: string) => void
}

/** Shares of the progress that are kept for the hourly decisions, and for the peers and the baseline (0..1). */
const RUNNING_SHARE = 0.6
const PEERS_SHARE = 0.1
/** With more container-days, hourly decisions would take longer than a person waits: some minutes. */
const MOST_HOURLY_DAYS = 20_000

/**
 * Replays a history for every goal and for the peers, and judges what each would have decided.
 *
 * @param history each container's usage, at least one sample, in order of time
 * @returns undefined if no container has history after its first week, by which it could be judged
 */
export function compare(history: readonly UsageColumns[], options: CompareOptions): Comparison | undefined {
  const { cadence, stepSeconds, onProgress = () => {} } = options
  const usage = new Map(history.map((columns) => [columns, containerUsage(columns)]))
  const scorer = new Scorer([...usage.values()], { cadenceSeconds: cadenceSeconds(cadence), stepSeconds })
  const { judged } = scorer
  if (judged.length === 0) return undefined

  const candidate = <T extends CandidateName>(
    name: T,
    goal: Goal,
    decisionsOf: (usage: ContainerUsage) => readonly Decision[],
  ) => ({
    name,
    score: scorer.score(decisionsOf, goal),
    reserved: reservedByDay(judged, decisionsOf, stepSeconds),
  })

  const decidedFor = (goal: Goal, every: Cadence, tell: (share: number) => void) => {
    const learned = learnAll(history, { cadence: every, goal, onProgress: tell })
    return new Map([...learned].map(([columns, its]) => [columns, its.decisions]))
  }
  const ofUsage = (decisions: Comparison['decisions']) => {
    const byUsage = new Map([...decisions].map(([columns, its]) => [usage.get(columns)!, its]))
    return (one: ContainerUsage) => byUsage.get(one) ?? []
  }
  const fromByUsage = new Map(judged.map(({ usage: its, fromSeconds }) => [its, fromSeconds]))
  const judgedFrom = (columns: UsageColumns) => fromByUsage.get(usage.get(columns)!)
  const days = judged.reduce((sum, one) => sum + one.days.length, 0)
  const hasRunning = cadence === '24h' && days <= MOST_HOURLY_DAYS
  const goalsShare = 1 - PEERS_SHARE - (hasRunning ? RUNNING_SHARE : 0)

  let kept: Comparison['decisions'] = new Map()
  const goals = Goal.options.map((goal, i) => {
    const tell = (share: number) => onProgress(((i + share) / Goal.options.length) * goalsShare, `deciding for ${goal}`)
    const decisions = decidedFor(goal, cadence, tell)
    if (goal === options.goal) kept = decisions
    return { ...candidate(goal, goal, ofUsage(decisions)), slo: sloUnder(decisions, judgedFrom) }
  })
  const tellRunning = (share: number) => onProgress(goalsShare + share * RUNNING_SHARE, 'deciding on every hour')
  const running = hasRunning
    ? candidate('running', options.goal, ofUsage(decidedFor(options.goal, '1h', tellRunning)))
    : undefined

  onProgress(1 - PEERS_SHARE, 'deciding as VPA and KRR would')
  const peers = Object.entries({ vpa, krr }).map(([name, peer]) => {
    const decisions = new Map([...usage.values()].map((one) => [one, peer(one, turnsOf(one, cadence))]))
    return candidate(name as 'vpa' | 'krr', options.goal, (one) => decisions.get(one)!)
  })
  const fixed = candidate('fixed', options.goal, (one) => [fixedAtPeak(one)])
  onProgress(1, 'done')
  return { goals, running, peers, fixed, used: usedByDay(judged, stepSeconds), decisions: kept }
}

/** Unix times at which the learner decides on a container, in seconds. The peers decide at the same times. */
function turnsOf({ firstSeconds, lastSeconds }: ContainerUsage, cadence: Cadence): number[] {
  const turns: number[] = []
  let at = turnAfter(firstSeconds, firstSeconds, cadence)
  for (; at <= lastSeconds; at = turnAfter(at, firstSeconds, cadence)) turns.push(at)
  return turns
}
