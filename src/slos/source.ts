import type { Objective } from './reading.ts'

export type Unit = 'seconds' | 'milliseconds'

/** Which series are of a namespace, and by which of their labels they belong to Pods or workloads. */
export interface Where {
  /** Matchers in PromQL that every series must meet. */
  readonly matchers: readonly string[]
  /** Labels with the namespace; the first that a series has counts. None: series of any namespace. */
  readonly namespaceLabels: readonly string[]
  /** Label with the name of the Pod; undefined where the series do not tell Pods apart. */
  readonly podLabel?: string | undefined
  /**
   * Whether the series may be of Pods that are no workload's, such as those of a gateway: then they count for the workload as a whole.
   */
  readonly mayBeOfOthers?: boolean | undefined
  /** Label with the name of the workload, for series without the label of a Pod that is known. */
  readonly ownerLabel?: string | undefined
  /** A label that names what is counted, such as an Ingress; of several labels, the first that a series has counts. */
  readonly named?: { readonly labels: readonly string[]; readonly value: string } | undefined
}

/** Series that somebody has chosen with their own matchers. */
export const ANYWHERE: Omit<Where, 'matchers'> = { namespaceLabels: [], podLabel: 'pod', mayBeOfOthers: true }

/** Requests by how long they took. The metrics are alternatives, the most usual first; names are without `_bucket`. */
export interface HistogramSource {
  readonly kind: 'histogram'
  readonly metrics: readonly { readonly metric: string; readonly unit: Unit }[]
  readonly belowSeconds: number
  readonly where: Where
  /** What to do where there are no buckets, a sentence. */
  readonly hint?: string | undefined
}

/** How failed requests are recognized: see `isFailure`. */
export type StatusKind = 'http' | 'grpc' | 'linkerd'

/** Requests by how they ended. The metrics are alternatives, the most usual first. */
export interface StatusSource {
  readonly kind: 'statuses'
  readonly metrics: readonly string[]
  /** Labels with the status; the first that a series has counts. */
  readonly labels: readonly string[]
  readonly status: StatusKind
  readonly where: Where
  readonly hint?: string | undefined
}

/** Requests as expressions in PromQL count them, with `$window` for the range. */
export interface ExpressionSource {
  readonly kind: 'expressions'
  readonly total: string
  /** The bad requests, or, if `isGood`, the others. */
  readonly part: string
  readonly isGood: boolean
  /** Whether the expressions select Pods (`$pod`), so that a result without the label of a Pod means nothing. */
  readonly selectsPods: boolean
}

export type SloSource = HistogramSource | StatusSource | ExpressionSource

/** One objective and where its requests are counted, or why it cannot be used. */
export type SloPlan =
  | { readonly objective: Objective; readonly source: SloSource; readonly note?: string | undefined }
  | { readonly objective: Objective; readonly invalid: string }
