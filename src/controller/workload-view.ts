import type { Criticality } from '../api/index.ts'
import type { Fleet, FleetWorkload } from '../fleet/index.ts'
import { criticalityOf, type Effective, type PolicyIndex } from '../policy/index.ts'
import type { ControllerContext } from './context.ts'

/** A workload with the policies that apply to it; all decisions are based on this. */
export interface ViewedWorkload extends Omit<FleetWorkload, 'criticality' | 'priorityClass'> {
  readonly effective: Effective
  /** The highest criticality of operator, PriorityClass and author. */
  readonly criticality: Criticality
}

interface ViewOptions {
  readonly fleet: Pick<Fleet, 'workloads'>
  readonly policies: Pick<PolicyIndex, 'effective'>
  readonly settings: Pick<ControllerContext['settings'], 'priorityClasses'>
}

/** All workloads in their current state. The author's values are from a Pod whose claims are confirmed by its owner (`OwnerChecks`). */
export function* viewWorkloads({ fleet, policies, settings }: ViewOptions): Iterable<ViewedWorkload> {
  for (const { criticality: author, priorityClass, ...entry } of fleet.workloads()) {
    const effective = policies.effective(entry.workload.namespace, entry.labels)
    const criticality = criticalityOf(
      { operator: effective.criticality, author, priorityClass },
      settings.priorityClasses,
    )
    yield { ...entry, effective, criticality }
  }
}
