import type { Revision } from '../api/index.ts'
import type { ContainerResources, Nanos, ResourceName } from '../resources/index.ts'

/** The values of one running Pod, and its health with those values. */
export interface PodHealth {
  /** Name of the Pod, as in the series of SLOs; undefined if it is not needed. */
  readonly name?: string | undefined
  /** Creation time, RFC 3339. */
  readonly createdAt: string
  /** The revision in the Pod's record (annotation `plimsoll.dev/decision`); undefined if nothing was injected. */
  readonly carries?: CarriedRevision | undefined
  /** Restarts of all containers together since the Pod received that revision, or else since its creation. */
  readonly restarts: number
  /** The last OOM kills of the containers that had one. */
  readonly oomKills: readonly OomKillSeen[]
  /** Names of containers that have crashed repeatedly since the Pod received its revision. */
  readonly crashing: readonly string[]
  /** Values of each container, by name. */
  readonly containers: ReadonlyMap<string, CarriedContainer>
  /** Classes of the node that the Pod is on; undefined or empty if they are not known. */
  readonly nodeClasses?: readonly string[] | undefined
  /** CPU periods since a canary began in which containers ran under a limit, and in which they were throttled; undefined if not known. */
  readonly throttling?: { readonly periods: number; readonly throttled: number } | undefined
}

export interface CarriedRevision {
  readonly revision: number
  /** Time at which the Pod received it, RFC 3339: at its creation from the webhook, or later through a resize. */
  readonly since: string
}

export interface OomKillSeen {
  readonly container: string
  /** Memory limit in force at that time, in bytes. */
  readonly limitBytes: number
  /** Time of the kill, Unix time in seconds. */
  readonly timestampSeconds: number
}

/** The values of one container of a running Pod. A resize moves them from `spec` over `allocated` to `actual` (KEP-1287). */
export interface CarriedContainer {
  /** Resources that the Pod asks for: `spec.containers[].resources`, without the startup boost. */
  readonly spec: ContainerResources
  /** Requests that the node has allocated: `status.containerStatuses[].allocatedResources`; undefined before the kubelet reports them. */
  readonly allocated?: Readonly<Partial<Record<ResourceName, Nanos>>> | undefined
  /** Resources that the container runtime enforces: `status.containerStatuses[].resources`; undefined before the kubelet reports them. */
  readonly actual?: ContainerResources | undefined
  /** Whether `spec` matches the Pod's record: false if somebody else has changed the values since. */
  readonly isAsRecorded: boolean
  /** Resources that somebody else changed after Plimsoll: before the Pod was created, or later. Missing if there are none. */
  readonly changed?: readonly ResourceName[] | undefined
  /** The resize in progress; undefined if `actual` equals `spec`, as far as is known. */
  readonly resize?: ResizeStatus | undefined
}

/** Status of a resize, from the Pod's conditions `PodResizePending` and `PodResizeInProgress`. */
export interface ResizeStatus {
  /**
   * `Deferred`: the node has no room now, and the kubelet tries again; `Infeasible`: the node will never have room; `InProgress`: the
   * resize is being carried out; `Error`: carrying it out failed, and the kubelet tries again.
   */
  readonly state: 'Deferred' | 'Infeasible' | 'InProgress' | 'Error'
  /** Message of the kubelet. */
  readonly message?: string | undefined
}

/**
 * Time at which a Pod received a revision, in milliseconds since 1970. It is never before the revision was made, because a Pod can be
 * much older than its revision.
 *
 * @returns undefined if the Pod carries another revision, or none
 */
export function receivedAt({ carries }: PodHealth, { revision, time }: Revision): number | undefined {
  if (carries?.revision !== revision) return undefined
  return Math.max(Date.parse(carries.since), Date.parse(time))
}

/** Time at which the first Pod received a revision, in milliseconds since 1970; undefined if none carries it. */
export function firstReceivedAt(revision: Revision, pods: readonly PodHealth[]): number | undefined {
  const times = pods.map((pod) => receivedAt(pod, revision)).filter((time) => time !== undefined)
  return times.length > 0 ? Math.min(...times) : undefined
}
