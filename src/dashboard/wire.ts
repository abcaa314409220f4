/**
 * What the dashboard's server and its page say to each other, in JSON. Amounts are cores or bytes; money is per month, in
 * `currency`; times are RFC 3339 or Unix seconds, as the name says. What is not known is absent.
 */

import type { Goal } from '../api/index.ts'
import type { FleetInsight, Goals, Note, Severity, WaitingInsight, WorkloadInsight } from '../insight/index.ts'

/** GET, POST session. */
export interface SessionAnswer {
  readonly name: string
  readonly way: 'link' | 'token'
  /** To be sent along with whatever changes something: header `x-plimsoll-csrf`. */
  readonly csrf: string
  /** Why nothing can be decided here, for anybody; absent where it can. */
  readonly readOnly?: string
  readonly version: string
}

/** Whatever was refused. */
export interface RefusalAnswer {
  readonly error: { readonly code: string; readonly says: string; readonly way?: 'link' | 'token' }
}

/** Of a resource: reserved, used on average, and what was learned, by all Pods together. */
export interface Figures {
  readonly reserved?: number
  readonly used?: number
  readonly learned?: number
}

export interface Row {
  readonly key: string
  readonly namespace: string
  readonly kind: string
  readonly name: string
  readonly pods?: number
  readonly mode?: string
  readonly state?: string
  readonly cpuCores: Figures
  readonly memoryBytes: Figures
  readonly perMonth?: number
  readonly stillToSave?: number
  readonly savedSoFar?: number
  /** The highest of its risks, and in a sentence what that is. */
  readonly risk?: Severity
  readonly riskSays?: string
  readonly confidence?: number
  readonly waiting?: WaitingInsight['state']
  /** The revision that waits for approval, and what it would change. */
  readonly pending?: number
  readonly offer?: readonly Offer[]
}

/** A request, as it is and as it would be, in cores or bytes. */
export interface Offer {
  readonly container: string
  readonly resource: 'cpu' | 'memory'
  readonly now?: number
  readonly then: number
}

export interface NamespaceRights {
  readonly decide: boolean
  readonly approve: boolean
}

/** GET fleet: all that the person may see. */
export interface Overview extends Pick<FleetInsight, 'time' | 'sources' | 'goal'> {
  readonly currency: string
  readonly readAt: string
  /** Since when it could not be read anew, and why. */
  readonly stale?: { readonly since: string; readonly says: string }
  readonly notes: readonly Note[]
  /** There are others, which they may not see. */
  readonly isPartial: boolean
  /** Of namespaces in which something waits. */
  readonly rights: Readonly<Record<string, NamespaceRights>>
  readonly rows: readonly Row[]
}

/** Values as Kubernetes quantities; absent where there is none. */
export interface WrittenValues {
  readonly request?: string
  readonly limit?: string
}

/** One change of what is applied, or of whether it may change. */
export interface Change {
  readonly time: string
  readonly reason: string
  readonly by: string
  readonly revision?: number
  readonly changes?: readonly {
    readonly container: string
    readonly resource: 'cpu' | 'memory'
    /** Absent where there were none. */
    readonly from?: WrittenValues
    /** Absent where there are none. */
    readonly to?: WrittenValues
  }[]
  /** What else there is to say, for people. */
  readonly message?: string
}

/** Of one resource of one container: each value holds from its time on, the first since ever. */
export interface Steps {
  readonly container: string
  readonly resource: 'cpu' | 'memory'
  readonly steps: readonly { readonly seconds: number; readonly request?: number; readonly limit?: number }[]
}

export interface Pending {
  readonly revision: number
  readonly containers: readonly {
    readonly name: string
    readonly cpu?: { readonly request: string; readonly limit?: string; readonly confidence?: number }
    readonly memory?: { readonly request: string; readonly limit?: string; readonly confidence?: number }
  }[]
}

/** GET workloads/NAMESPACE/KIND/NAME */
export interface Detail {
  readonly insight: WorkloadInsight
  readonly currency: string
  readonly rights: NamespaceRights
  /** Of its Recommendation at this moment, which the insight may lag behind. */
  readonly state?: string
  readonly pending?: Pending
  readonly held?: { readonly by: string; readonly reason?: string; readonly until?: string }
  /** The last changes, newest first. */
  readonly changelog: readonly Change[]
  /** What new Pods were given over time, as far as the changelog goes back. */
  readonly steps: readonly Steps[]
  readonly oomKills: readonly { readonly container: string; readonly time: string }[]
  /** Why it could not be explained, where it could not. */
  readonly explained?: Explained
  readonly unexplained?: string
  /** Why there is no plot; absent where there is one. */
  readonly noUsage?: string
}

export interface ReasonAnswer {
  readonly code: string
  readonly says: string
  readonly act: string
}

export interface Stage {
  readonly stage: 'author' | 'learned' | 'stepped' | 'applied' | 'clamped' | 'injected' | 'carried'
  readonly request?: string
  readonly limit?: string
  readonly says: string
}

export interface Explained {
  readonly patched: boolean
  readonly reasons: readonly ReasonAnswer[]
  readonly notes: readonly string[]
  /** What this person may not read, and was left out. */
  readonly unread: readonly string[]
  readonly containers: readonly {
    readonly name: string
    readonly kind: string
    readonly resources: readonly {
      readonly resource: 'cpu' | 'memory'
      readonly stages: readonly Stage[]
      readonly reasons: readonly ReasonAnswer[]
    }[]
  }[]
}

/** How far back a plot goes. */
export const RANGES = ['1h', '6h', '24h', '7d', '14d', '30d'] as const
export type Range = (typeof RANGES)[number]
/** As much as there is a plot in: a week, or less of what is young. */
export const AUTO = 'auto'

/** Of all Pods of a container, by equal spans of time; null where there is nothing. `seconds` are where spans begin. */
export interface Envelope {
  readonly low: readonly (number | null)[]
  readonly mean: readonly (number | null)[]
  readonly high: readonly (number | null)[]
}

/** What the learner would have said at a time, knowing only what came before. */
export interface Advice {
  readonly request: Readonly<Record<Goal, readonly (number | null)[]>>
  readonly limit: readonly (number | null)[]
}

export interface ContainerPlot {
  readonly name: string
  readonly cpuCores: Envelope
  readonly memoryBytes: Envelope
  readonly advice: { readonly cpuCores: Advice; readonly memoryBytes: Advice }
}

/** GET workloads/NAMESPACE/KIND/NAME/usage?range=7d, or range=auto */
export interface UsageAnswer {
  /** What was chosen, where that was left open. */
  readonly range: Range
  readonly source: string
  readonly fromSeconds: number
  readonly toSeconds: number
  /** Where each span begins. */
  readonly seconds: readonly number[]
  readonly adviceSeconds: readonly number[]
  readonly containers: readonly ContainerPlot[]
  /** What each goal would come to, from this usage; empty where it is too little to learn from. */
  readonly goals: Goals
  readonly notes: readonly string[]
}

/** POST workloads/NAMESPACE/KIND/NAME/approve, …/reject, …/hold, …/resume */
export const ACTIONS = ['approve', 'reject', 'hold', 'resume'] as const
export type ActionName = (typeof ACTIONS)[number]

export interface ActionRequest {
  /** That was looked at: another one is refused. Needed to approve and to reject. */
  readonly revision?: number
  /** To hold: `90m`, `12h`, `30d`, else until resumed; how long an approval holds (30d). */
  readonly for?: string
  readonly reason?: string
}

export interface ActionAnswer {
  /** What has become so, for people. */
  readonly says: string
}
