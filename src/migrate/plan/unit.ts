import type { Criticality, SizingPolicySpec } from '../../api/index.ts'
import type { ResourceType } from '../../kube/index.ts'
import type { ApiObject, Note, Part } from './objects.ts'
import type { FieldToSet } from './record.ts'
import { describeWorkload, type KnownWorkload } from './workload.ts'

/** A change that keeps the other tool from acting. */
export interface SwitchOff {
  readonly type: ResourceType
  readonly object: ApiObject
  readonly fields: readonly FieldToSet[]
  /** Whether the other tool may write these fields at the same time, so that their values at the time of the write do not matter. */
  readonly isShared?: boolean
  readonly says: string
}

/** A workload that is handed over. */
export interface Member {
  readonly workload: KnownWorkload
  /** Settings under which Plimsoll sizes it; a reader leaves its criticality out, and the plan adds that of the installation. */
  readonly spec: SizingPolicySpec
}

/** What the other tool can only stop for together: usually one workload. */
export interface Unit {
  readonly namespace: string
  /** What it is in the other tool, such as `VPA web (Auto)`. */
  readonly source: string
  /** Whether the other tool changed Pods before the migration. */
  readonly acts: boolean
  readonly members: readonly Member[]
  /** Changes that switch it off, in order. */
  readonly off: readonly SwitchOff[]
  readonly notes: readonly Note[]
}

/** What the writes of a unit belong to. */
export function partOf({ namespace, source, members }: Unit): Part {
  const [only, ...others] = members
  return {
    namespace,
    unit: only && others.length === 0 ? describeWorkload(only.workload.workload) : `${namespace} ${source}`,
  }
}

/** What the other tool does about something that is not handed over, and why. */
export interface LeftAlone {
  readonly namespace: string
  readonly source: string
  readonly why: Note
}

/** The unit with SizingPolicies that state a criticality. Without one, that of the policy for the others would count. */
export function withCriticality(unit: Unit, criticality: Criticality): Unit {
  return { ...unit, members: unit.members.map((member) => ({ ...member, spec: { ...member.spec, criticality } })) }
}

/** What was read of the other tool. */
export interface Reading {
  readonly units: readonly Unit[]
  readonly leftAlone: readonly LeftAlone[]
  /** Notes about all of it. */
  readonly notes: readonly Note[]
}
