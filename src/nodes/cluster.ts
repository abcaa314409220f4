import type { LabelSelector } from '../api/index.ts'
import type { ContainerKind } from '../policy/index.ts'
import type { Autoscaler } from './autoscaler.ts'
import type { DisruptionBudget, Eviction } from './eviction.ts'

/** Amounts by resource, in the whole units of kube-scheduler: millicores of `cpu`, bytes or pieces of all others. */
export type Quantities = Readonly<Record<string, number>>

export interface ClusterNode {
  readonly name: string
  readonly group: string
  readonly labels: Readonly<Record<string, string>>
  readonly taints: readonly Taint[]
  /** Includes `pods`, the largest number of Pods. */
  readonly allocatable: Quantities
  /** Whether it stays even when empty: a node of the control plane. */
  readonly isFixed: boolean
  /** Karpenter's NodePool of the node. */
  readonly nodePool: string | undefined
  /** Whether `karpenter.sh/do-not-disrupt` is `true`. */
  readonly isNotToBeDisrupted: boolean
  /** Whether `cluster-autoscaler.kubernetes.io/scale-down-disabled` is `true`. */
  readonly isScaleDownDisabled: boolean
}

export interface Taint {
  readonly key: string
  readonly value: string
  readonly effect: string
}

export interface Toleration {
  readonly key?: string
  readonly operator?: string
  readonly value?: string
  readonly effect?: string
}

/** A Pod that needs a place on a node: one that runs or is pending, and has not ended. */
export interface ClusterPod {
  readonly namespace: string
  readonly name: string
  /** Key of its workload; undefined if it belongs to none. */
  readonly workload: string | undefined
  readonly node: string | undefined
  /** Name of the DaemonSet that it belongs to; it runs on every node that it matches. */
  readonly daemonSet: string | undefined
  /** Whether the kubelet of its node runs it from a file. */
  readonly isStatic: boolean
  readonly labels: Readonly<Record<string, string>>
  readonly containers: readonly PodContainerRequests[]
  readonly overhead: Quantities
  /** Conditions on the node. All of them must hold; each one holds if any of its terms matches. */
  readonly nodeTerms: readonly (readonly NodeTerm[])[]
  readonly tolerations: readonly Toleration[]
  readonly rules: readonly PodRule[]
  /** Host ports of the Pod, such as `TCP/9100`. */
  readonly hostPorts: readonly string[]
  readonly eviction: Eviction
}

export interface PodContainerRequests {
  readonly name: string
  readonly kind: ContainerKind
  readonly requests: Quantities
}

/** A term of a node selector: all of its expressions hold. */
export interface NodeTerm {
  readonly matchExpressions?: readonly NodeExpression[]
  /** Expressions on fields; the only field is `metadata.name`. */
  readonly matchFields?: readonly NodeExpression[]
}

export interface NodeExpression {
  readonly key: string
  readonly operator: string
  readonly values?: readonly string[]
}

/** A required rule between Pods: anti-affinity (`apart`), affinity (`together`) or topology spread (`spread`). */
export interface PodRule {
  readonly type: 'apart' | 'together' | 'spread'
  readonly topologyKey: string
  readonly selector: LabelSelector
  /** Namespaces of the Pods that it selects; undefined for all. */
  readonly namespaces: readonly string[] | undefined
  readonly maxSkew: number
  readonly minDomains: number
}

/** The cluster as read, and a line for each object that could not be used: what it is, where, and what was done about it. */
export interface Cluster {
  readonly nodes: readonly ClusterNode[]
  readonly pods: readonly ClusterPod[]
  readonly budgets: readonly DisruptionBudget[]
  readonly autoscaler: Autoscaler
  readonly problems: readonly string[]
}
