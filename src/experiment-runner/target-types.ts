import type { ExperimentTarget } from '../api/index.ts'
import { DEPLOYMENTS, type ResourceType, STATEFUL_SETS } from '../kube/index.ts'

/** Types of the workloads that experiments change, by kind. */
export const TARGET_TYPES: Readonly<Record<ExperimentTarget['kind'], ResourceType>> = {
  Deployment: DEPLOYMENTS,
  StatefulSet: STATEFUL_SETS,
}
