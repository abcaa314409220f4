import type { ResourceName } from '../resources/index.ts'
import type { Workload } from '../workloads/index.ts'

/** One value that a manifest should have, and why. */
export interface WantedValue {
  readonly container: string
  readonly isInit: boolean
  readonly section: 'requests' | 'limits'
  readonly resource: ResourceName
  /** Quantity that the workload has now; undefined if its author set none. */
  readonly from: string | undefined
  /** Quantity that it should have. */
  readonly to: string
  /** Confidence in the learned value, 0..1; undefined if it is unknown. */
  readonly confidence: number | undefined
  /** Why, as sentences. */
  readonly why: readonly string[]
}

/** A workload whose manifest should get other values. */
export interface WantedWorkload {
  readonly workload: Workload
  /** API group and version of its manifest, such as `apps/v1`. */
  readonly apiVersion: string
  /** Empty if its manifest is right. */
  readonly values: readonly WantedValue[]
  /** What else a reviewer should know about the values. */
  readonly note?: string | undefined
}

/** Names a workload as a person writes it, such as `deployment/web`. */
export function nameOf({ kind, name }: Workload): string {
  return `${kind.toLowerCase()}/${name}`
}
