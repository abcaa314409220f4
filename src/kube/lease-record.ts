import type { KubeObject, ResourceType } from './resource.ts'

export const LEASES: ResourceType = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases' }

export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec
}

export interface LeaseSpec {
  readonly holderIdentity?: string
  readonly leaseDurationSeconds?: number
  /** When the present holder took it, and when it last said that it is there: by the holder's own clock. */
  readonly acquireTime?: string
  readonly renewTime?: string
  readonly leaseTransitions?: number
}

/** A Lease as it was seen, and when it was first seen so, on this process's own clock that only goes forward. */
export interface Sighting {
  readonly lease: Lease
  readonly elapsedMilliseconds: number
}

/** The times in a Lease are never compared with a clock here: that it does not change is what counts, for skewed clocks. */
export function sight(previous: Sighting | undefined, lease: Lease, elapsedMilliseconds: number): Sighting {
  const unchanged = previous?.lease.metadata.resourceVersion === lease.metadata.resourceVersion
  return unchanged && previous ? previous : { lease, elapsedMilliseconds }
}

/** When the Lease may be taken, on the clock of the sighting: when its holder has been silent for what it promised. */
export function freeAt({ lease: { spec }, elapsedMilliseconds }: Sighting): number {
  if (!spec?.holderIdentity) return elapsedMilliseconds
  return elapsedMilliseconds + (spec.leaseDurationSeconds ?? 0) * 1000
}

/** What the holder writes when it takes a Lease or says that it is still there. `now` is its wall clock. */
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

/** What the holder writes when it goes: nobody holds it, so that the next one need not wait. */
export function released({ leaseTransitions = 0 }: LeaseSpec, now: number): LeaseSpec {
  return { leaseDurationSeconds: 1, acquireTime: microTime(now), renewTime: microTime(now), leaseTransitions }
}

/** Go reads times of this kind with six digits after the point and no other number of them. */
export function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z')
}
