import type { Pod, Policy } from '../policy/index.ts'
import type { Workload } from '../workloads/index.ts'
import type { AdmissionConstraints } from './admission-constraints.ts'
import { decide, reasonToSkip } from './decide.ts'
import { type Decision, skipped } from './decision.ts'
import type { AppliedValues } from './draft-containers.ts'

/** What is applied to a workload: values, or `not-applied` where there is a Recommendation and no revision of it is applied. */
export type Applied = (AppliedValues & { readonly isCanary?: true }) | 'not-applied' | undefined

/** Everything that decides what one Pod should carry. */
export interface PodQuestion {
  readonly pod: Pod
  /** Undefined where no workload follows from the Pod. */
  readonly workload: Workload | undefined
  /** Asked only where the answer counts. */
  readonly applied: (workload: Workload) => Applied
  readonly policy: Policy
  readonly constraints: AdmissionConstraints
}

/**
 * What one Pod should carry. The webhook, `explain` and `export` all ask here, so that they give the same answer.
 *
 * Pure: the same question has the same answer, and asking again about the Pod that comes out changes nothing.
 */
export function decidePod({ pod, workload, applied, policy, constraints }: PodQuestion): Decision {
  const skip = reasonToSkip(pod)
  if (skip) return skipped(skip)
  if (!workload) return skipped('NoWorkload')
  const values = applied(workload)
  if (values === undefined) return skipped('NoRecommendation')
  if (values === 'not-applied') return skipped('NotApplied')
  const decision = decide(pod, values, policy, constraints)
  return values.isCanary ? { ...decision, reasons: [...decision.reasons, 'CanaryDrawn'] } : decision
}
