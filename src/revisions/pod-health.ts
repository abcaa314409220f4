import type { Revision } from '../api/index.ts'
import type { ContainerResources, Nanos, ResourceName } from '../resources/index.ts'

/** What one running Pod carries, and how it fares with that. */
export interface PodHealth {
  /** Creation time, RFC 3339. */
  readonly createdAt: string
  /** The revision in the Pod's record (annotation `plimsoll.dev/decision`); undefined where nothing was injected. */
  readonly carries?: CarriedRevision | undefined
  /** Restarts of all containers together since the Pod received that revision, or else since its creation. */
  readonly restarts: number
  /** The last OOM kill of each container that had one. */
  readonly oomKills: readonly OomKillSeen[]
  /** Containers that start and fail, again and again, since the Pod received its revision. */
  readonly crashing: readonly string[]
  /** What each container carries, by name. */
  readonly containers: ReadonlyMap<string, CarriedContainer>
  /** CPU periods since a canary began, in which containers ran under a limit and were held back at it; undefined: not known. */
  readonly throttling?: { readonly periods: number; readonly throttled: number } | undefined
}

export interface CarriedRevision {
  readonly revision: number
  /** When the Pod received it, RFC 3339: at its creation from the webhook, or later through a resize. */
  readonly since: string
}

export interface OomKillSeen {
  readonly container: string
  /** The limit that was in force. */
  readonly limitBytes: number
  /** Seconds since 1970. */
  readonly timestampSeconds: number
}

/** The values of one container of a running Pod. A resize takes them from `spec` over `allocated` to `actual` (KEP-1287). */
export interface CarriedContainer {
  /** What the Pod asks for: `spec.containers[].resources`. */
  readonly spec: ContainerResources
  /** Requests that the node has set aside: `status.containerStatuses[].allocatedResources`; undefined before the kubelet says so. */
  readonly allocated?: Readonly<Partial<Record<ResourceName, Nanos>>> | undefined
  /** What the container runtime enforces: `status.containerStatuses[].resources`; undefined before the kubelet says so. */
  readonly actual?: ContainerResources | undefined
  /** Whether `spec` is what the Pod's record says: false where somebody else has changed the values since. */
  readonly isAsRecorded: boolean
  /** The resize that is under way; undefined where `actual` is what was asked for, as far as is known. */
  readonly resize?: ResizeStatus | undefined
}

/** Conditions `PodResizePending` and `PodResizeInProgress` of the Pod. */
export interface ResizeStatus {
  /**
   * `Deferred`: the node has no room now, and the kubelet tries again; `Infeasible`: the node never can; `InProgress`: being carried
   * out; `Error`: carrying it out fails, and the kubelet tries again.
   */
  readonly state: 'Deferred' | 'Infeasible' | 'InProgress' | 'Error'
  /** What the kubelet says. */
  readonly message?: string | undefined
}

/**
 * When a Pod received a revision, in milliseconds since 1970. Never before the revision was made: a Pod can be much older than what it
 * carries.
 *
 * @returns undefined where it carries another revision, or none
 */
export function receivedAt({ carries }: PodHealth, { revision, time }: Revision): number | undefined {
  if (carries?.revision !== revision) return undefined
  return Math.max(Date.parse(carries.since), Date.parse(time))
}

/** When the first of the Pods received a revision, in milliseconds since 1970; undefined where none carries it. */
export function firstReceivedAt(revision: Revision, pods: readonly PodHealth[]): number | undefined {
  const times = pods.map((pod) => receivedAt(pod, revision)).filter((time) => time !== undefined)
  return times.length > 0 ? Math.min(...times) : undefined
}
