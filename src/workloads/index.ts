export { identifyWorkload, type OwnerReference, type PodIdentity, WORKLOAD_LABEL } from './identify.ts'
export { templateHashOfReplicaSet, workloadFromPodName } from './pod-name.ts'
export { WORKLOAD_TYPES, type WorkloadType, workloadType, workloadTypeByName } from './types.ts'
export { containerKey, type Workload, type WorkloadContainer, workloadKey } from './workload.ts'
