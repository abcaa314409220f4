import type { LabelSelector } from '../../api/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { ReasonCode } from '../../policy/index.ts'
import type { Finding } from '../finding.ts'

/** The fields of a Deployment, StatefulSet, DaemonSet or ReplicaSet (apps/v1) that are read. */
export interface ApiOwner extends KubeObject {
  readonly spec?: {
    readonly replicas?: number
    readonly paused?: boolean
    readonly minReadySeconds?: number
    readonly selector?: LabelSelector
    readonly strategy?: { readonly type?: string; readonly rollingUpdate?: RollingUpdate }
    readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: RollingUpdate }
  }
  readonly status?: {
    readonly observedGeneration?: number
    readonly replicas?: number
    readonly updatedReplicas?: number
    readonly currentRevision?: string
    readonly updateRevision?: string
    readonly desiredNumberScheduled?: number
    readonly updatedNumberScheduled?: number
  }
}

interface RollingUpdate {
  readonly maxUnavailable?: number | string
  readonly maxSurge?: number | string
}

/** What an owner says about how many of its Pods must be available. */
export interface Owner {
  /** Number of Pods that it keeps. */
  readonly desired: number
  /** Number of Pods that it may lack during a rollout. */
  readonly maxUnavailable: number
  /** Whether its rollout starts a new Pod before it ends an old one. */
  readonly surges: boolean
  readonly minReadySeconds: number
}

/** Kinds whose controllers replace a Pod that is evicted. */
const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'] as const
export type OwnerKind = (typeof KINDS)[number]

export function isOwnerKind(kind: string): kind is OwnerKind {
  return (KINDS as readonly string[]).includes(kind)
}

/**
 * Reads an owner of Pods.
 *
 * @returns why none of its Pods may be restarted now, if there is a reason
 */
export function readOwner(kind: OwnerKind, { metadata, spec = {}, status = {} }: ApiOwner): Owner | Finding {
  if (metadata.deletionTimestamp !== undefined) return wait('RolloutUnderWay', 'it is being deleted')
  if (spec.paused) return wait('RolloutUnderWay', 'it is paused')
  const generation = Number(metadata.generation ?? 0)
  if ((status.observedGeneration ?? 0) < generation) return wait('RolloutUnderWay')
  const desired = kind === 'DaemonSet' ? (status.desiredNumberScheduled ?? 0) : (spec.replicas ?? 1)
  const owner = { desired, minReadySeconds: spec.minReadySeconds ?? 0, surges: false }
  switch (kind) {
    case 'Deployment': {
      const { type, rollingUpdate: { maxUnavailable = '25%', maxSurge = '25%' } = {} } = spec.strategy ?? {}
      if ((status.updatedReplicas ?? 0) !== desired || (status.replicas ?? 0) !== desired)
        return wait('RolloutUnderWay')
      if (type === 'Recreate') return { ...owner, maxUnavailable: desired }
      // As the controller of Deployments rounds them: down what may be missing, up what may be too many, and never both to none.
      const [unavailable, surge] = [
        resolved(maxUnavailable, desired, Math.floor),
        resolved(maxSurge, desired, Math.ceil),
      ]
      return { ...owner, maxUnavailable: surge > 0 ? unavailable : Math.max(1, unavailable), surges: surge > 0 }
    }
    case 'StatefulSet':
      if (status.currentRevision !== status.updateRevision) return wait('RolloutUnderWay')
      return { ...owner, maxUnavailable: Math.max(1, unavailableOf(spec, desired)) }
    case 'DaemonSet':
      if ((status.updatedNumberScheduled ?? 0) < desired) return wait('RolloutUnderWay')
      return { ...owner, maxUnavailable: unavailableOf(spec, desired) }
    case 'ReplicaSet':
      return { ...owner, maxUnavailable: 1 }
  }
}

function unavailableOf({ updateStrategy }: NonNullable<ApiOwner['spec']>, desired: number): number {
  return resolved(updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, desired, Math.ceil)
}

/** A number of Pods, or a share of them such as `25%`. */
function resolved(value: number | string, desired: number, round: (number: number) => number): number {
  if (typeof value === 'number') return value
  const share = /^(\d{1,3})%$/.exec(value)
  return share ? round((Number(share[1]) * desired) / 100) : 0
}

function wait(reason: ReasonCode, message?: string): Finding {
  return { reason, message }
}
