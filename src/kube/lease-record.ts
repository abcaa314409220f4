import type { KubeObject, ResourceType } from './resource.ts'

export const LEASES: ResourceType = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases' }

export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec
}

export interface LeaseSpec {
  readonly holderIdentity?: string
  readonly leaseDurationSeconds?: number
  /** When the present holder acquired the Lease, by the holder's clock. */
  readonly acquireTime?: string
  /** When the present holder last renewed the Lease, by the holder's clock. */
  readonly renewTime?: string
  readonly leaseTransitions?: number
}

/** A version of a Lease, and when it was first seen, in milliseconds of this process's monotonic clock. */
export interface Sighting {
  readonly lease: Lease
  readonly elapsedMilliseconds: number
}

/**
 * Records that a Lease was seen. The times in a Lease are never compared with a local clock, because clocks may be skewed: only the
 * time since its last change counts.
 */
export function sight(previous: Sighting | undefined, lease: Lease, elapsedMilliseconds: number): Sighting {
  const unchanged = previous?.lease.metadata.resourceVersion === lease.metadata.resourceVersion
  return unchanged && previous ? previous : { lease, elapsedMilliseconds }
}

/** When the Lease may be taken, on the clock of the sighting: when its holder has been silent for the promised duration. */
export function freeAt({ lease: { spec }, elapsedMilliseconds }: Sighting): number {
  if (!spec?.holderIdentity) return elapsedMilliseconds
  return elapsedMilliseconds + (spec.leaseDurationSeconds ?? 0) * 1000
}

/** What a holder writes when it takes or renews a Lease. `now` is its wall clock in milliseconds since 1970. */
export function held(
  previous: LeaseSpec | undefined,
  identity: string,
  durationMilliseconds: number,
  now: number,
): LeaseSpec {
  const mine = previous?.holderIdentity === identity
  const transitions = previous?.leaseTransitions ?? 0
  return {
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(durationMilliseconds / 1000),
    acquireTime: (mine && previous.acquireTime) || microTime(now),
    renewTime: microTime(now),
    leaseTransitions: mine || !previous ? transitions : transitions + 1,
  }
}

/** What the holder writes when it releases the Lease, so that the next one need not wait. */
export function released({ leaseTransitions = 0 }: LeaseSpec, now: number): LeaseSpec {
  return { leaseDurationSeconds: 1, acquireTime: microTime(now), renewTime: microTime(now), leaseTransitions }
}

/** Formats a time as a MicroTime: Go accepts exactly six digits after the point. */
export function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z')
}
