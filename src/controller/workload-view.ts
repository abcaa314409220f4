import type { Criticality } from '../api/index.ts'
import type { Fleet, FleetWorkload } from '../fleet/index.ts'
import { criticalityOf, type Effective, type PolicyIndex } from '../policy/index.ts'
import type { ControllerContext } from './context.ts'

/** A workload with what policies say about it: everything is decided and applied by this. */
export interface ViewedWorkload extends Omit<FleetWorkload, 'criticality' | 'priorityClass'> {
  readonly effective: Effective
  /** The highest that operator, PriorityClass and author give. */
  readonly criticality: Criticality
}

interface ViewOptions {
  readonly fleet: Pick<Fleet, 'workloads'>
  readonly policies: Pick<PolicyIndex, 'effective'>
  readonly settings: Pick<ControllerContext['settings'], 'priorityClasses'>
}

/** All workloads as they are now. Of each, the Pod speaks whose claims its owner confirms (`OwnerChecks`). */
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
