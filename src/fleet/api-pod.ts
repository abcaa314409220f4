import type { Pod } from '../policy/index.ts'
import type { ResourceRequirements } from '../resources/index.ts'
import type { OwnerReference } from '../workloads/index.ts'

/** The fields of core/v1 Pod that are read; any may be missing. */
export type ApiPod = Pod & {
  readonly metadata?: {
    readonly uid?: string
    readonly name?: string
    readonly namespace?: string
    readonly creationTimestamp?: string
    readonly ownerReferences?: readonly OwnerReference[]
    readonly deletionTimestamp?: string
    readonly resourceVersion?: string
  } | null
  readonly spec?: { readonly nodeName?: string | null } | null
  readonly status?: {
    readonly phase?: string
    readonly qosClass?: string
    readonly containerStatuses?: readonly ApiContainerStatus[]
    readonly initContainerStatuses?: readonly ApiContainerStatus[]
    readonly conditions?: readonly ApiPodCondition[]
  }
}

export interface ApiPodCondition {
  readonly type?: string
  readonly status?: string
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string
}

export interface ApiContainerStatus {
  readonly name?: string
  readonly restartCount?: number
  /** Resources that the container runtime enforces. */
  readonly resources?: ResourceRequirements
  /** Requests that the node has allocated. */
  readonly allocatedResources?: Readonly<Record<string, unknown>>
  readonly state?: {
    readonly running?: { readonly startedAt?: string }
    readonly terminated?: ApiTermination
    readonly waiting?: { readonly reason?: string }
  }
  readonly lastState?: { readonly terminated?: ApiTermination }
}

export interface ApiTermination {
  readonly reason?: string
  readonly exitCode?: number
  readonly finishedAt?: string
  readonly containerID?: string
}
