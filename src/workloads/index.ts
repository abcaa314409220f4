export { groupKind, kindInAnyCase, parseGroupKind, withoutGroup } from './group-kind.ts'
export {
  controllerOf,
  controllersWorkload,
  identifyWorkload,
  isNamedByRun,
  type OwnerReference,
  type PodIdentity,
  WORKLOAD_LABEL,
} from './identify.ts'
export { splitKindAndName } from './kind-and-name.ts'
export { isDnsLabel, isDnsSubdomain } from './names.ts'
export { templateHashOfReplicaSet, workloadFromPodName } from './pod-name.ts'
export { isNamedAsIs, type Running, type RunningWorkload, runningUnder } from './running.ts'
export { keyLabelsOf, labelsOf, RUN_RULES, type RunLabels, type RunRule, runRules, runsToItsEnd } from './runs.ts'
export { referenceTo, WORKLOAD_TYPES, type WorkloadType, workloadType, workloadTypeByName } from './types.ts'
export { containerKey, readWorkloadKey, type Workload, type WorkloadContainer, workloadKey } from './workload.ts'
