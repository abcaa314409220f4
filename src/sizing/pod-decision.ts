import type { Pod, Policy } from '../policy/index.ts'
import type { Workload } from '../workloads/index.ts'
import type { AdmissionConstraints } from './admission-constraints.ts'
import { decide, reasonToSkip } from './decide.ts'
import { type Decision, skipped } from './decision.ts'
import type { AppliedValues } from './draft-containers.ts'

/**
 * What is applied to a workload: its values; `not-applied` if its Recommendation has no applied revision; undefined if there is no
 * Recommendation.
 */
export type Applied = (AppliedValues & { readonly isCanary?: true }) | 'not-applied' | undefined

/** Everything on which the decision about one Pod depends. */
export interface PodQuestion {
  readonly pod: Pod
  /** Workload that the Pod belongs to; undefined if there is none. */
  readonly workload: Workload | undefined
  /** Looks up what is applied to a workload; called only if the answer matters. */
  readonly applied: (workload: Workload) => Applied
  readonly policy: Policy
  readonly constraints: AdmissionConstraints
}

/**
 * Decides what one Pod should carry. The webhook, `explain` and `export` all call this, so that they give the same answer.
 *
 * Pure: the same question gets the same answer, and a second question about the resulting Pod changes nothing.
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
