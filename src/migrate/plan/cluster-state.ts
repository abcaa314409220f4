import type { ApiObject } from './objects.ts'
import type { KnownWorkload } from './workload.ts'

/** How sure Plimsoll must be of a workload before it takes it over, from the settings of the installation. */
export interface Readiness {
  /** Least confidence of what was learned, 0..1. */
  readonly confidence: number
  /** Least number of days with known usage. */
  readonly days: number
}

/** What was learned about a workload. */
export interface Learned {
  /** Lowest confidence of its values, 0..1. */
  readonly confidence: number
  /** Fewest days with known usage of its containers. */
  readonly days: number
}

/** What is known of a cluster before a migration. */
export interface ClusterState {
  /** Namespaces by name. */
  readonly namespaces: ReadonlyMap<string, ApiObject>
  readonly workloads: readonly KnownWorkload[]
  readonly policies: readonly ApiObject[]
  /** What was learned, by `namespace/name` of the Recommendation. */
  readonly learned: ReadonlyMap<string, Learned>
  /** Namespaces that Plimsoll never sizes. */
  readonly excluded: ReadonlySet<string>
  /** VerticalPodAutoscalers. */
  readonly vpas: readonly ApiObject[]
  /** AttunePolicies. */
  readonly attunePolicies: readonly ApiObject[]
  /** Deployments of all namespaces, among which KRR's enforcer may be; empty for other tools. */
  readonly deployments: readonly ApiObject[]
}
