import type { ExperimentSpec, ExperimentStatus } from '../api/index.ts'
import type { KubeObject } from '../kube/index.ts'
import type { ManagedFields } from './managed-fields.ts'

interface Metadata {
  readonly name: string
  readonly namespace: string
  readonly uid: string
  readonly resourceVersion: string
  readonly generation?: number
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly finalizers?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly controller?: boolean }[]
  readonly managedFields?: readonly ManagedFields[]
  readonly [field: string]: unknown
}

/** An Experiment as the API server has it. */
export interface ExperimentObject extends KubeObject {
  readonly metadata: Metadata
  readonly spec: ExperimentSpec
  readonly status?: ExperimentStatus
}

export interface WorkloadContainerSpec {
  readonly name: string
  readonly resources?: {
    readonly requests?: Readonly<Record<string, unknown>>
    readonly limits?: Readonly<Record<string, unknown>>
  }
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[]
  readonly args?: readonly string[]
}

/** Spec of a Deployment or StatefulSet, as far as experiments read it. */
export interface WorkloadSpec {
  readonly replicas?: number
  readonly paused?: boolean
  readonly selector?: {
    readonly matchLabels?: Readonly<Record<string, string>>
    readonly matchExpressions?: readonly {
      readonly key: string
      readonly operator: string
      readonly values?: readonly string[]
    }[]
  }
  readonly template: { readonly spec: { readonly containers: readonly WorkloadContainerSpec[] } }
  readonly [field: string]: unknown
}

/** A Deployment or StatefulSet. */
export interface TargetObject extends KubeObject {
  readonly metadata: Metadata
  readonly spec: WorkloadSpec
  readonly status?: {
    readonly observedGeneration?: number
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly reason?: string
      readonly message?: string
    }[]
  }
}

export interface AutoscalerObject extends KubeObject {
  readonly metadata: Metadata
  readonly spec: {
    readonly scaleTargetRef: { readonly kind: string; readonly name: string }
    readonly minReplicas?: number
    readonly maxReplicas: number
    readonly behavior?: unknown
  }
}

export interface VerticalAutoscalerObject extends KubeObject {
  readonly metadata: Metadata
  readonly spec?: {
    readonly targetRef?: { readonly kind?: string; readonly name?: string }
    readonly updatePolicy?: { readonly updateMode?: string }
  }
}
