import type { LabelSelector } from '../../api/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { ReasonCode } from '../../policy/index.ts'
import type { Finding } from '../finding.ts'

/** The fields of a Deployment, StatefulSet, DaemonSet or ReplicaSet (apps/v1) or of an Argo Rollout that are read. */
export interface ApiOwner extends KubeObject {
  readonly spec?: {
    readonly replicas?: number
    readonly paused?: boolean
    /** When a Rollout restarts its Pods, RFC 3339. */
    readonly restartAt?: string | null
    readonly minReadySeconds?: number
    readonly selector?: LabelSelector
    readonly strategy?: { readonly type?: string; readonly rollingUpdate?: RollingUpdate } & RolloutStrategy
    readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: RollingUpdate }
  }
  readonly status?: {
    /** A text in Rollouts. */
    readonly observedGeneration?: number | string
    readonly replicas?: number
    readonly updatedReplicas?: number
    readonly currentRevision?: string
    readonly updateRevision?: string
    readonly desiredNumberScheduled?: number
    readonly updatedNumberScheduled?: number
  } & RolloutStatus
}

/** How a Rollout updates: as a canary, or blue-green. */
interface RolloutStrategy {
  readonly canary?: RollingUpdate
  readonly blueGreen?: Pick<RollingUpdate, 'maxUnavailable'>
}

interface RolloutStatus {
  /** `Healthy`, `Progressing`, `Paused` or `Degraded`. */
  readonly phase?: string
  readonly currentPodHash?: string
  readonly stableRS?: string
  /** The last `restartAt` that was carried out. */
  readonly restartedAt?: string
  /** Selector of its Pods, as text: its spec has none if the template is from a Deployment. */
  readonly selector?: string
}

interface RollingUpdate {
  readonly maxUnavailable?: number | string
  readonly maxSurge?: number | string
}

/** What an owner says about how many of its Pods must be available. */
export interface Owner {
  /** Number of Pods that it should have. */
  readonly desired: number
  /** Number of Pods that may be missing during a rollout. */
  readonly maxUnavailable: number
  /** Whether its rollout starts a new Pod before it stops an old one. */
  readonly surges: boolean
  /** Whether it can replace its Pods one by one even if none may be missing, although it stops a Pod before it starts another. */
  readonly replaces?: boolean
  readonly minReadySeconds: number
}

/** Kinds whose controllers replace a Pod that is evicted. */
const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Rollout'] as const
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
  if (Number(status.observedGeneration ?? 0) < generation) return wait('RolloutUnderWay')
  const desired = kind === 'DaemonSet' ? (status.desiredNumberScheduled ?? 0) : (spec.replicas ?? 1)
  const owner = { desired, minReadySeconds: spec.minReadySeconds ?? 0, surges: false }
  switch (kind) {
    case 'Deployment': {
      const { type, rollingUpdate: { maxUnavailable = '25%', maxSurge = '25%' } = {} } = spec.strategy ?? {}
      if ((status.updatedReplicas ?? 0) !== desired || (status.replicas ?? 0) !== desired)
        return wait('RolloutUnderWay')
      if (type === 'Recreate') return { ...owner, maxUnavailable: desired }
      const { surge, unavailable } = fenceposts(maxSurge, maxUnavailable, desired)
      return { ...owner, maxUnavailable: unavailable, surges: surge > 0 }
    }
    case 'Rollout':
      return rolloutObstacle(spec, status, desired) ?? { ...owner, ...rolloutRoom(spec, desired) }
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

/** Why no Pod of an Argo Rollout may be restarted now; undefined if there is no reason. */
function rolloutObstacle(
  { restartAt }: NonNullable<ApiOwner['spec']>,
  { phase = 'Healthy', currentPodHash, stableRS, replicas, restartedAt }: NonNullable<ApiOwner['status']>,
  desired: number,
): Finding | undefined {
  if (phase !== 'Healthy') return wait('RolloutUnderWay', `it is ${phase}`)
  if (currentPodHash !== stableRS || (replicas ?? 0) !== desired) return wait('RolloutUnderWay')
  // Somebody may have scheduled a restart for later: keep it.
  if (restartAt && !(Date.parse(restartAt) <= Date.parse(restartedAt ?? '')))
    return wait('RolloutUnderWay', `it restarts its Pods at ${restartAt}`)
  return undefined
}

/** How many Pods a Rollout may lack. It restarts Pods without starting new ones first, and one at a time if none may be missing. */
function rolloutRoom({ strategy }: NonNullable<ApiOwner['spec']>, desired: number) {
  const { maxUnavailable = '25%', maxSurge = '25%' }: RollingUpdate = strategy?.canary ?? strategy?.blueGreen ?? {}
  return { maxUnavailable: fenceposts(maxSurge, maxUnavailable, desired).unavailable, replaces: true }
}

/** Numbers of surplus and of missing Pods during an update. Rounded as controllers do: surplus up, missing down, and never both to zero. */
function fenceposts(maxSurge: number | string, maxUnavailable: number | string, desired: number) {
  const surge = resolved(maxSurge, desired, Math.ceil)
  const unavailable = resolved(maxUnavailable, desired, Math.floor)
  return { surge, unavailable: surge > 0 ? unavailable : Math.max(1, unavailable) }
}

function unavailableOf({ updateStrategy }: NonNullable<ApiOwner['spec']>, desired: number): number {
  return resolved(updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, desired, Math.ceil)
}

/** A number of Pods, or a percentage such as `25%`. */
function resolved(value: number | string, desired: number, round: (number: number) => number): number {
  if (typeof value === 'number') return value
  const share = /^(\d{1,3})%$/.exec(value)
  return share ? round((Number(share[1]) * desired) / 100) : 0
}

function wait(reason: ReasonCode, message?: string): Finding {
  return { reason, message }
}
