import type { Criticality, Goal, Mode, RecommendationStatus, SloStatus } from '../api/index.ts'
import type { NoteCode } from './note-codes.ts'

/**
 * What people act on: what a fleet requests, uses and should have, what that costs, what is at risk, and what to do. It is what
 * `plimsoll report -o json` prints and what the dashboard draws, and JSON preserves it unchanged.
 *
 * - Amounts are cores or bytes, as the name of the field says; money is per month (730 hours), in `prices.currency`.
 * - What is not known is absent, never 0 and never a guess; `notes` say why, and how to find out.
 * - Shares and chances are 0..1. Times are RFC 3339 in UTC.
 * - Names come from the cluster and from everybody who may write there: show them as text, never as markup.
 */
export interface FleetInsight {
  readonly apiVersion: typeof INSIGHT_VERSION
  readonly kind: 'FleetInsight'
  /** Time that the insight describes: that of the newest usage, or of the reading. */
  readonly time: string
  /** Sources that were read, such as `Prometheus http://prometheus:9090`; never contains a secret. */
  readonly sources: readonly string[]
  /** Window of the usage that was read; absent if the usage is that of a moment, or comes from what was learned elsewhere. */
  readonly window?: Window
  /** Goal for which `learned` is computed, for workloads that do not name another. */
  readonly goal: Goal
  readonly prices: PriceTable
  /** What is missing or says little, and why. */
  readonly notes: readonly Note[]
  readonly total: Totals
  /** Totals for each namespace, sorted by name. */
  readonly namespaces: readonly NamespaceInsight[]
  /** Workloads, sorted by namespace, kind and name. */
  readonly workloads: readonly WorkloadInsight[]
  /**
   * Keys of at most ten workloads each: those with most still to save (where nodes are known, by what fills them), and those at the
   * highest risk.
   */
  readonly topByMoney: readonly string[]
  readonly topByRisk: readonly string[]
  /** How decisions fared over the window, as the scorer judges; absent if no container has more than a week of usage. */
  readonly fared?: FaredInsight
  /** Nodes that the cluster has and needs, as the learner last counted them; absent if it does not. */
  readonly nodes?: NodesInsight
}

export interface NodesInsight {
  readonly time: string
  readonly groups: readonly {
    readonly group: string
    readonly present: number
    /** Nodes that the Pods need with the requests that they have, with the applied values, and with the learned ones. */
    readonly needed: { readonly current: number; readonly applied: number; readonly learned: number }
  }[]
}

/** Version of the format, raised when a field changes its meaning or is removed; fields may be added without a new version. */
export const INSIGHT_VERSION = 'insight.plimsoll.dev/v1alpha1'

export interface Window {
  readonly from: string
  readonly to: string
  /** Seconds between two samples of a Pod. */
  readonly stepSeconds: number
}

export interface Note {
  /** Stable code for programs: see docs/guides/report.md. */
  readonly code: NoteCode
  readonly says: string
  /** How to get what is missing. */
  readonly act?: string
}

/** Price of a core and of a GiB for an hour. */
export interface Price {
  readonly coreHour: number
  readonly gibHour: number
}

export interface PriceTable extends Price {
  /** Currency of the prices as an ISO 4217 code, such as `USD`. */
  readonly currency: string
  /** Prices of nodes that have all of these labels; the first pool that matches counts. */
  readonly pools: readonly (Price & { readonly name: string; readonly labels: Readonly<Record<string, string>> })[]
  /** Prices of whole nodes, for those that have all of these labels; the first that matches counts. */
  readonly nodes: readonly NodePrice[]
}

/** Price of a node for an hour, and what it offers to Pods, where that is stated: cores, bytes and number of Pods. */
export interface NodePrice {
  readonly name: string
  readonly labels?: Readonly<Record<string, string>> | undefined
  readonly nodeHour: number
  readonly cpu?: number | undefined
  readonly memory?: number | undefined
  readonly pods?: number | undefined
}

/** Money per month. A figure is absent if any input of its calculation is. `savedSoFar + stillToSave = authors − learned`. */
export interface Money {
  /** Cost of what the authors wrote. */
  readonly authors?: number
  /** Cost of what is reserved now. */
  readonly now?: number
  /** Cost of what was learned. */
  readonly learned?: number
  /** `authors − now`: what the injected values save; negative if more is reserved than the authors wrote. */
  readonly savedSoFar?: number
  /** `now − learned`: what could still be saved; negative if more should be reserved. */
  readonly stillToSave?: number
}

/** A figure now, and a week before. */
export interface Change {
  readonly now: number
  readonly before: number
}

/**
 * Changes since last week. Usage is the mean of the last seven days, and of the seven before; the other figures are those of now,
 * and of a week ago.
 */
export interface Trend {
  readonly cpuUsedCores?: Change
  readonly memoryUsedBytes?: Change
  readonly cpuReservedCores?: Change
  readonly memoryReservedBytes?: Change
  readonly perMonth?: Change
}

/** Amounts for all Pods together. */
export interface Amounts {
  readonly cpuCores?: number
  readonly memoryBytes?: number
}

/**
 * Sums over workloads. A figure counts the workloads for which it is known. In `money` and `goals`, a workload about which too
 * little is known to learn anything counts as what it has now; `learnedOf` is the number of workloads for which something was
 * learned.
 */
export interface Totals {
  readonly workloads: number
  readonly learnedOf: number
  readonly pods: number
  readonly authors: Amounts
  readonly reserved: Amounts
  /** Mean usage over the window. */
  readonly used: Amounts
  readonly learned: Amounts
  readonly money: Money
  /** Number of workloads by their highest risk. */
  readonly risks: Readonly<Record<Severity, number>>
  /** Number of workloads that wait for somebody or something. */
  readonly waiting: number
  readonly trend: Trend
  readonly goals: Goals
}

export interface NamespaceInsight extends Totals {
  readonly name: string
}

export type Severity = 'high' | 'medium' | 'low'

export interface WorkloadInsight {
  /** `namespace/kind/name`, which is unique. */
  readonly key: string
  readonly namespace: string
  readonly kind: string
  readonly name: string
  /** Number of Pods that reserve: those that run; for what runs now and then (CronJob, Job) the average, such as 0.04. */
  readonly pods?: number
  /** Mode of the namespace; absent if the namespace has no label. */
  readonly mode?: Mode
  /** Goal for which `learned` is computed. */
  readonly goal: Goal
  readonly criticality?: Criticality
  /** State and revisions of its Recommendation; absent if there is none. */
  readonly recommendation?: RecommendationInsight
  /** Mean price of the nodes that its Pods run on. */
  readonly price: Price
  /** Sums of requests, usage and learned values over its containers and Pods. */
  readonly authors: Amounts
  readonly reserved: Amounts
  readonly used: Amounts
  readonly learned: Amounts
  readonly money: Money
  /** Risks, the most severe first. */
  readonly risks: readonly Risk[]
  /** Lowest confidence of its containers and resources, and why it is low. */
  readonly confidence?: Confidence
  readonly waiting?: WaitingInsight
  /** How its SLOs are met; absent if it has none. */
  readonly slos?: readonly SloStatus[]
  /** How they were met over time; absent if nobody has published that. */
  readonly slosOverTime?: SloOverTime
  readonly goals: Goals
  readonly trend: Trend
  /** Present if an HPA scales it, as far as that could be read. */
  readonly autoscaled?: AutoscaledInsight
  /** Present if it has used next to nothing for 14 days. */
  readonly idle?: IdleInsight
  readonly containers: readonly ContainerInsight[]
}

/** What the HPA of a workload costs at least, and which targets fit the learned requests. KEDA's HPAs are HPAs, too. */
export interface AutoscaledInsight {
  /** Name of the HPA. */
  readonly name: string
  readonly minReplicas: number
  readonly maxReplicas: number
  /** Replicas now. */
  readonly replicas?: number
  /** What `minReplicas` Pods reserve with the requests that they have, and with the learned ones: the HPA never goes below. */
  readonly minimum: { readonly now: Reserved; readonly learned?: Reserved }
  /** Share of the window (0..1) in which it had exactly `minReplicas`. */
  readonly atMinimumShare?: number
  /** Its target utilizations; absent if they are not known, or it scales on something else. */
  readonly targets?: readonly ScaleTargetInsight[]
  /** Larger requests of a Pod that would cost less; only where latency objectives are met, and it is worth a change. */
  readonly cheapest?: CheapestPod
  /** What follows from that, for a person to read. */
  readonly says: string
}

/** Requests of a Pod, and what the workload would cost with them at the same target utilization. */
export interface CheapestPod {
  readonly cpuCores: number
  readonly memoryBytes: number
  /** Mean number of Pods. */
  readonly pods: number
  readonly perMonth: number
  /** Share of the present cost (0..1) that it saves. */
  readonly savedShare: number
  /** The same, for a person to read. */
  readonly says: string
}

/** Amounts and their cost per month; absent if it is not known. */
export interface Reserved extends Amounts {
  readonly perMonth?: number
}

/** A target utilization, in percent of the request. */
export interface ScaleTargetInsight {
  readonly resource: 'cpu' | 'memory'
  /** The only container that counts; all count if it is absent. */
  readonly container?: string
  readonly utilization: number
  /** Target at which it scales at the same usage as with the author's requests, once Pods have the learned ones. */
  readonly keeps?: number
}

/** A workload that has used next to nothing for 14 days: at most 10m CPU for a Pod, and no traffic but probes. */
export interface IdleInsight {
  /** Most CPU of a Pod, without the short times in which it started again. */
  readonly cpuCores: number
  /** Bytes that a Pod received per second; absent if that is not known. */
  readonly receivedBytesPerSecond?: number
  /** When it last used more CPU; absent if it never did in the usage that was read. */
  readonly lastActive?: string
}

/** Shares of bad requests in equal spans of time, for each objective of a workload. */
export interface SloOverTime {
  /** Start of the first span, in seconds since 1970. */
  readonly fromSeconds: number
  readonly stepSeconds: number
  readonly objectives: readonly {
    readonly name: string
    readonly kind: SloStatus['kind']
    /** Share for each span, 0..1; null where there were no requests, or nothing was read. */
    readonly shares: readonly (number | null)[]
  }[]
}

export interface RecommendationInsight {
  readonly name: string
  readonly state?: NonNullable<RecommendationStatus['state']>
  readonly learned?: number
  readonly applied?: number
  /** Number of the revision that waits for approval. */
  readonly pending?: number
}

export interface Confidence {
  /** Chance (0..1) that the recommendation holds for the next 24 hours. */
  readonly value: number
  /** Why the confidence is low, in a few words; absent from 0.9 on. */
  readonly doubt?: string
}

/** What keeps something from being applied, and who can change that. */
export interface WaitingInsight {
  readonly state:
    | 'Pending'
    | 'Held'
    | 'Frozen'
    | 'ChangeWindow'
    | 'Young'
    | 'Canary'
    | 'RolledBack'
    | 'SloBurning'
    | 'SloMissing'
  /** Who or what it waits for, for a person to read: such as who may approve. */
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
  /** Chance of a day with an OOM kill, for one workload; for several the mean of their chances. */
  readonly oomDayChance?: number
}

export interface ContainerInsight {
  readonly name: string
  /** CPU figures in cores. */
  readonly cpuCores: ResourceInsight
  /** Memory figures in bytes. */
  readonly memoryBytes: ResourceInsight
  /** OOM kills in the window; for a Pod that runs, only the last one is known. */
  readonly oomKills?: number
  readonly restarts?: number
  /** Share of the container's CPU periods in which it was throttled at its limit. */
  readonly throttledShare?: number
  /** Number of samples that `uses` is computed from. */
  readonly samples?: number
}

/** Figures for one resource of one container, for one Pod. */
export interface ResourceInsight {
  /** What the author wrote; empty if the author wrote nothing, absent if that is not known. */
  readonly author?: Allotment
  /** What its Pods carry now; if they differ, what the newest one carries. */
  readonly now?: Allotment
  readonly uses?: Uses
  /** Values that the webhook injects. */
  readonly applied?: Allotment
  /** Values that wait for approval, or that would be applied in mode `observe`. */
  readonly pending?: Allotment
  readonly learned?: Allotment
  readonly confidence?: Confidence
  /** What the decision is based on. */
  readonly basis?: string
  /** Reason codes, see docs/reference/reasons.md. */
  readonly reasons?: readonly string[]
  /** Steady growth in units a day, and the days until it reaches the limit at this rate. */
  readonly growth?: { readonly perDay: number; readonly daysLeft?: number }
  /** Of a DaemonSet that is sized by class of node: what was learned for the nodes of each class. */
  readonly onNodes?: readonly OnNodesInsight[]
}

/** What was learned for the nodes of one class. */
export interface OnNodesInsight extends Pick<ResourceInsight, 'uses' | 'confidence' | 'basis'> {
  /** The nodes: `cpu=16`, `pods=110` or `LABEL=VALUE`. */
  readonly nodes: string
  readonly learned: Allotment
}

export interface Allotment {
  readonly request?: number
  readonly limit?: number
}

/** Usage figures over the samples, each of one Pod. */
export interface Uses {
  /** Mean of the samples; absent if only what was learned from them is known. */
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
  /** The resource at risk; absent if the risk is to the container as a whole. */
  readonly resource?: 'cpu' | 'memory'
  /** What the risk is, one sentence. */
  readonly says: string
  /** What to do, one sentence. */
  readonly act: string
}

export type RiskCode = 'OomKills' | 'AtLimit' | 'LimitAhead' | 'AboveRequest' | 'Throttled' | 'NoRequest' | 'Crashing'

/** How decisions fared against usage, from a week after each container's first sample. */
export interface FaredInsight {
  /** How the replayed decisions fared: those that the learner would have made over the whole history. */
  readonly goals: Readonly<Record<Goal, Fared>>
  /** How the decisions that were passed in fared. */
  readonly decisions?: Fared
}

export interface Fared {
  readonly containers: number
  readonly containerDays: number
  readonly cpuUsedCoreDays: number
  readonly cpuReservedCoreDays: number
  /** CPU used above the request, as a share of all CPU used. */
  readonly cpuShortShare: number
  readonly memoryUsedGibDays: number
  readonly memoryReservedGibDays: number
  /** Days with usage above the memory limit, as a number and as a share of all days. */
  readonly oomDays: number
  readonly oomDayShare: number
}
