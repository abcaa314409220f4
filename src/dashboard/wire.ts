/**
 * The JSON that the dashboard's server and its page exchange. Amounts are cores or bytes; money is per month, in
 * `currency`; times are RFC 3339, or seconds since 1970 where the name says `seconds`. What is not known is absent.
 */

import type { Goal } from '../api/index.ts'
import type { ExperimentReport } from '../experiment-client/index.ts'
import type {
  FleetInsight,
  Goals,
  NodesInsight,
  Note,
  Severity,
  WaitingInsight,
  WorkloadInsight,
} from '../insight/index.ts'

/** Answer to `GET session` and `POST session`. */
export interface SessionAnswer {
  readonly name: string
  readonly way: 'link' | 'token'
  /** CSRF token, to be sent as header `x-plimsoll-csrf` with each request that changes something. */
  readonly csrf: string
  /** Why no decisions are possible here; absent if they are. */
  readonly readOnly?: string
  readonly version: string
  /** Dashboards of other clusters; absent if there are none. */
  readonly clusters?: readonly ClusterLink[]
}

/** A link to the dashboard of another cluster. */
export interface ClusterLink {
  readonly name: string
  readonly url: string
}

/** Answer to a request that was refused. `way` is how to sign in. */
export interface RefusalAnswer {
  readonly error: { readonly code: string; readonly says: string; readonly way?: 'link' | 'token' }
}

/** Figures of one resource, of all Pods together: reserved, used on average, and learned. */
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
  /** Severity of the workload's highest risk; absent if there is none. */
  readonly risk?: Severity
  /** What that risk is, one sentence. */
  readonly riskSays?: string
  readonly confidence?: number
  readonly waiting?: WaitingInsight['state']
  /** Number of the revision that waits for approval; absent if none does. */
  readonly pending?: number
  /** What that revision would change. */
  readonly offer?: readonly Offer[]
}

/** The current and the proposed request, in cores or bytes. */
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

/** Answer to `GET experiments`: those that the person may see, the newest first. */
export interface ExperimentsAnswer {
  readonly experiments: readonly ExperimentReport[]
  /** Why there are none, as text for people. */
  readonly whyNone?: string
}

/** Answer to `GET fleet`: everything that the person may see. */
export interface Overview extends Pick<FleetInsight, 'time' | 'sources' | 'goal'> {
  readonly currency: string
  readonly readAt: string
  /** Since when the fleet could not be read again, and why; absent if the last attempt succeeded. */
  readonly stale?: { readonly since: string; readonly says: string }
  readonly notes: readonly Note[]
  /** Whether there are other namespaces, which the person may not see. */
  readonly isPartial: boolean
  /** Rights in the namespaces in which something waits, by namespace. */
  readonly rights: Readonly<Record<string, NamespaceRights>>
  readonly rows: readonly Row[]
  /** Nodes of the cluster; absent if they are not counted, or the person does not see all namespaces. */
  readonly nodes?: NodesInsight
}

/** Values as Kubernetes quantities; each is absent if it is not set. */
export interface WrittenValues {
  readonly request?: string
  readonly limit?: string
}

/** One change of the applied values, or of whether they may change. */
export interface Change {
  readonly time: string
  readonly reason: string
  readonly by: string
  readonly revision?: number
  readonly changes?: readonly {
    readonly container: string
    readonly resource: 'cpu' | 'memory'
    /** Values before; absent if there were none. */
    readonly from?: WrittenValues
    /** Values after; absent if there are none. */
    readonly to?: WrittenValues
  }[]
  /** More information, as text for people. */
  readonly message?: string
}

/** Values of one resource of one container that running Pods carry, in cores or bytes. */
export interface Carried {
  readonly container: string
  readonly resource: 'cpu' | 'memory'
  /** Each different pair, the one of most Pods first, with the time since when a Pod that still runs has carried it. */
  readonly values: readonly {
    readonly sinceSeconds: number
    readonly pods: number
    readonly request?: number
    readonly limit?: number
  }[]
}

export interface Pending {
  readonly revision: number
  readonly containers: readonly {
    readonly name: string
    readonly cpu?: { readonly request: string; readonly limit?: string; readonly confidence?: number }
    readonly memory?: { readonly request: string; readonly limit?: string; readonly confidence?: number }
  }[]
}

/** Answer to `GET workloads/NAMESPACE/KIND/NAME`. */
export interface Detail {
  readonly insight: WorkloadInsight
  readonly currency: string
  readonly rights: NamespaceRights
  /** State of the Recommendation now; the insight may be older. */
  readonly state?: string
  readonly pending?: Pending
  readonly held?: { readonly by: string; readonly reason?: string; readonly until?: string }
  /** The last changes, the newest first. */
  readonly changelog: readonly Change[]
  /** Values that running Pods carry, and since when. */
  readonly carried: readonly Carried[]
  /** Why the Pods could not be read; absent if they could. */
  readonly podsUnread?: string
  /** Whether the person may restart it; absent if there is nothing to restart. */
  readonly restart?: { readonly may: boolean; readonly type: string }
  readonly oomKills: readonly { readonly container: string; readonly time: string }[]
  /** Explanation of the next Pod; absent if it could not be explained. */
  readonly explained?: Explained
  /** Why it could not be explained; absent if it could. */
  readonly unexplained?: string
  /** Why there is no plot; absent if there is one. */
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
  /** What the person may not read and was left out. */
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
  /** Pods that run, by name; absent if they could not be read. */
  readonly running?: readonly RunningAnswer[]
}

/** What one running Pod carries, what it should carry, and what it waits for. */
export interface RunningAnswer {
  readonly pod: string
  /** Revision that it carries; absent if nothing was injected. */
  readonly carries?: number
  /** Revision or author's values that it should have; absent if nothing is applied. */
  readonly should?: number | 'author'
  readonly isDone: boolean
  /** Values that a resize would change, for people. */
  readonly changes?: string
  /** Why it does not have what it should; absent if nothing keeps it from a resize. */
  readonly reason?: ReasonAnswer
  /** Message of the kubelet or the API server. */
  readonly message?: string
}

/** Ranges of a plot: how far back it goes. */
export const RANGES = ['1h', '6h', '24h', '7d', '14d', '30d'] as const
export type Range = (typeof RANGES)[number]
/** Range chosen by the server: a week, or less for a young workload. */
export const AUTO = 'auto'

/** Usage of all Pods of a container in equal spans of time, each value for one Pod; null for a span without samples. */
export interface Envelope {
  readonly low: readonly (number | null)[]
  readonly mean: readonly (number | null)[]
  readonly high: readonly (number | null)[]
}

/** What the learner would have recommended at each time, from earlier samples only; null if nothing. */
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

/** Answer to `GET workloads/NAMESPACE/KIND/NAME/usage?range=7d`, or with `range=auto`. */
export interface UsageAnswer {
  /** Range of the plot; the chosen one if `auto` was requested. */
  readonly range: Range
  readonly source: string
  readonly fromSeconds: number
  readonly toSeconds: number
  /** Start of each span, in seconds since 1970. */
  readonly seconds: readonly number[]
  /** Times of the advice, in seconds since 1970. */
  readonly adviceSeconds: readonly number[]
  readonly containers: readonly ContainerPlot[]
  /** What each goal would reserve, cost and risk, from this usage; empty if there is too little to learn from. */
  readonly goals: Goals
  readonly notes: readonly string[]
}

/** Actions, requested with `POST workloads/NAMESPACE/KIND/NAME/<action>`. */
export const ACTIONS = ['approve', 'reject', 'hold', 'resume', 'restart'] as const
export type ActionName = (typeof ACTIONS)[number]

export interface ActionRequest {
  /**
   * Revision that the person has looked at; if another one is pending, the action is refused. Required to approve and
   * to reject.
   */
  readonly revision?: number
  /**
   * How long a hold lasts (`90m`, `12h`, `30d`; until resumed by default) or an approval is valid (`30d` by default).
   */
  readonly for?: string
  readonly reason?: string
}

export interface ActionAnswer {
  /** What the action has done, as text for people. */
  readonly says: string
}
