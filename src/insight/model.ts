import type { Criticality, Goal, Mode, RecommendationStatus } from '../api/index.ts'
import type { NoteCode } from './note-codes.ts'

/**
 * What people act on: what a fleet asks for, uses and should have, what that costs, what is at risk, and what to do. It is
 * what `plimsoll report -o json` prints and what the dashboard draws, and survives JSON as it is.
 *
 * - Amounts are cores or bytes, as the name that they stand under says; money is per month (730 hours), in `prices.currency`.
 * - What is not known is absent, never 0 and never a guess; `notes` say why, and what would tell.
 * - Shares and chances are 0..1. Times are RFC 3339 in UTC.
 * - Names come from the cluster and from whoever may write there: show them as text, never as markup.
 */
export interface FleetInsight {
  readonly apiVersion: typeof INSIGHT_VERSION
  readonly kind: 'FleetInsight'
  /** The moment that it speaks of: that of the newest usage, or of the reading. */
  readonly time: string
  /** What was read, such as `Prometheus http://prometheus:9090`; never carries a secret. */
  readonly sources: readonly string[]
  /** Of the usage that was read; absent where it came from what others had learned, or is a moment's. */
  readonly window?: Window
  /** What `learned` is for, of workloads that do not say otherwise. */
  readonly goal: Goal
  readonly prices: PriceTable
  /** What is missing, or says little, and why. */
  readonly notes: readonly Note[]
  readonly total: Totals
  /** By name. */
  readonly namespaces: readonly NamespaceInsight[]
  /** By namespace, kind and name. */
  readonly workloads: readonly WorkloadInsight[]
  /** Keys of workloads, at most ten: those with most still to save first; and those at the highest risk. */
  readonly topByMoney: readonly string[]
  readonly topByRisk: readonly string[]
  /** How decisions fared over the window, as the scorer judges; absent where no container has more than a week of usage. */
  readonly fared?: FaredInsight
}

/** Raised when a field changes its meaning or goes away; fields may be added without. */
export const INSIGHT_VERSION = 'insight.plimsoll.dev/v1alpha1'

export interface Window {
  readonly from: string
  readonly to: string
  /** Between two samples of a Pod. */
  readonly stepSeconds: number
}

export interface Note {
  /** Stable, for programs: see docs/report.md. */
  readonly code: NoteCode
  readonly says: string
  /** What would tell. */
  readonly act?: string
}

/** What a core and a GiB cost in an hour. */
export interface Price {
  readonly coreHour: number
  readonly gibHour: number
}

export interface PriceTable extends Price {
  /** ISO 4217, such as `USD`. */
  readonly currency: string
  /** Nodes with all of these labels cost this instead; the first that fits counts. */
  readonly pools: readonly (Price & { readonly name: string; readonly labels: Readonly<Record<string, string>> })[]
}

/** Per month. Each is absent where what it is reckoned from is. `savedSoFar + stillToSave = authors − learned`. */
export interface Money {
  /** What the authors wrote would cost. */
  readonly authors?: number
  /** What is reserved now costs. */
  readonly now?: number
  /** What was learned would cost. */
  readonly learned?: number
  /** `authors − now`: by what is injected; negative where more is reserved than was written. */
  readonly savedSoFar?: number
  /** `now − learned`; negative where more should be reserved. */
  readonly stillToSave?: number
}

/** Of a figure: now, and a week before. */
export interface Change {
  readonly now: number
  readonly before: number
}

/** Since last week: usage is the mean of seven days, and of the seven before; the others are of now, and of a week ago. */
export interface Trend {
  readonly cpuUsedCores?: Change
  readonly memoryUsedBytes?: Change
  readonly cpuReservedCores?: Change
  readonly memoryReservedBytes?: Change
  readonly perMonth?: Change
}

/** Of all Pods together. */
export interface Amounts {
  readonly cpuCores?: number
  readonly memoryBytes?: number
}

/**
 * Sums over workloads. A figure counts the workloads for which it is known. Of money, and under the goals, a workload of which
 * too little is known to learn anything counts as what it has now; `learnedOf` says of how many something was learned.
 */
export interface Totals {
  readonly workloads: number
  readonly learnedOf: number
  readonly pods: number
  readonly authors: Amounts
  readonly reserved: Amounts
  /** Mean over the window. */
  readonly used: Amounts
  readonly learned: Amounts
  readonly money: Money
  /** Workloads by their highest risk. */
  readonly risks: Readonly<Record<Severity, number>>
  /** Workloads that wait for somebody. */
  readonly waiting: number
  readonly trend: Trend
  readonly goals: Goals
}

export interface NamespaceInsight extends Totals {
  readonly name: string
}

export type Severity = 'high' | 'medium' | 'low'

export interface WorkloadInsight {
  /** `namespace/kind/name`: unique. */
  readonly key: string
  readonly namespace: string
  readonly kind: string
  readonly name: string
  /** Pods that reserve: those running; of what runs now and then (CronJob, Job) on average, such as 0.04. */
  readonly pods?: number
  /** Of the namespace; absent: it has no label. */
  readonly mode?: Mode
  /** What `learned` is for. */
  readonly goal: Goal
  readonly criticality?: Criticality
  /** Of its Recommendation; absent where there is none. */
  readonly recommendation?: RecommendationInsight
  /** Mean over the nodes that its Pods run on. */
  readonly price: Price
  /** Sums over its containers and Pods. */
  readonly authors: Amounts
  readonly reserved: Amounts
  readonly used: Amounts
  readonly learned: Amounts
  readonly money: Money
  /** By severity, the worst first. */
  readonly risks: readonly Risk[]
  /** The lowest of its containers and resources, and why it is low. */
  readonly confidence?: Confidence
  readonly waiting?: WaitingInsight
  readonly goals: Goals
  readonly trend: Trend
  readonly containers: readonly ContainerInsight[]
}

export interface RecommendationInsight {
  readonly name: string
  readonly state?: NonNullable<RecommendationStatus['state']>
  readonly learned?: number
  readonly applied?: number
  /** Revision that waits for approval. */
  readonly pending?: number
}

export interface Confidence {
  /** Chance that the recommendation holds for the next 24 hours. */
  readonly value: number
  /** In a few words; absent from 0.9 on. */
  readonly doubt?: string
}

/** What keeps something from being applied, and who can change that. */
export interface WaitingInsight {
  readonly state: 'Pending' | 'Held' | 'Frozen' | 'ChangeWindow' | 'Canary' | 'RolledBack'
  /** Who can go on with it, for people: such as who may approve. */
  readonly forWhom: string
  readonly since?: string
  readonly until?: string
  readonly says: string
}

export interface Goals {
  readonly savings?: GoalInsight
  readonly balanced?: GoalInsight
  readonly reliability?: GoalInsight
}

/** What the learner would decide for a goal, for all Pods, and what that would risk. */
export interface GoalInsight {
  readonly cpuCores?: number
  readonly memoryBytes?: number
  readonly perMonth?: number
  /** Expected share of CPU samples above the request. */
  readonly cpuAboveShare?: number
  /** Chance of a day with an OOM kill, of a workload; of several their mean. */
  readonly oomDayChance?: number
}

export interface ContainerInsight {
  readonly name: string
  /** In cores. */
  readonly cpuCores: ResourceInsight
  /** In bytes. */
  readonly memoryBytes: ResourceInsight
  /** OOM kills in the window; of a running Pod the last one. */
  readonly oomKills?: number
  readonly restarts?: number
  /** Share of its CPU periods in which it was held back at its limit. */
  readonly throttledShare?: number
  /** Samples that usage rests on. */
  readonly samples?: number
}

/** One resource of one container of one Pod. */
export interface ResourceInsight {
  /** What the author wrote; empty where he wrote nothing, absent where that is not known. */
  readonly author?: Allotment
  /** What its Pods carry now, the newest of them. */
  readonly now?: Allotment
  readonly uses?: Uses
  /** What the webhook injects. */
  readonly applied?: Allotment
  /** What waits for approval, or would be applied in mode observe. */
  readonly pending?: Allotment
  readonly learned?: Allotment
  readonly confidence?: Confidence
  /** What carried the decision. */
  readonly basis?: string
  /** Codes of docs/reasons.md. */
  readonly reasons?: readonly string[]
  /** Grows steadily, by so much a day; until it meets its limit, at this rate. */
  readonly growth?: { readonly perDay: number; readonly daysLeft?: number }
}

export interface Allotment {
  readonly request?: number
  readonly limit?: number
}

/** Of samples, each of one Pod. */
export interface Uses {
  /** Absent where only what was learned from the samples is known. */
  readonly mean?: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly peak: number
}

export interface Risk {
  readonly code: RiskCode
  readonly severity: Severity
  readonly container: string
  /** Absent where it is of the container as a whole. */
  readonly resource?: 'cpu' | 'memory'
  /** A sentence. */
  readonly says: string
  /** What to do, a sentence. */
  readonly act: string
}

export type RiskCode = 'OomKills' | 'AtLimit' | 'LimitAhead' | 'AboveRequest' | 'Throttled' | 'NoRequest' | 'Crashing'

/** How decisions fared against what was used: from a week after each container's first sample on. */
export interface FaredInsight {
  /** Replayed: what the learner would have decided all along. */
  readonly goals: Readonly<Record<Goal, Fared>>
  /** Of the decisions that were handed in. */
  readonly decisions?: Fared
}

export interface Fared {
  readonly containers: number
  readonly containerDays: number
  readonly cpuUsedCoreDays: number
  readonly cpuReservedCoreDays: number
  /** CPU used above the request, of all CPU used. */
  readonly cpuShortShare: number
  readonly memoryUsedGibDays: number
  readonly memoryReservedGibDays: number
  /** Days with usage above the memory limit, in number, and of all days. */
  readonly oomDays: number
  readonly oomDayShare: number
}
