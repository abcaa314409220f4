import type { Criticality } from '../../api/index.ts'
import type { ApiObject } from './objects.ts'
import type { KnownWorkload } from './workload.ts'

/** When Plimsoll may take a workload over, from the settings of the installation. */
export interface Readiness {
  /** Least confidence of what was learned, 0..1. */
  readonly confidence: number
  /** Least number of days with known usage. */
  readonly days: number
  /** Importance of the workloads of the cluster. With `critical`, every change needs approval, and nothing is handed over. */
  readonly criticality: Criticality
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
