export { identifyWorkload, type OwnerReference, type PodIdentity, WORKLOAD_LABEL } from './identify.ts'
export { containerKey, type Workload, type WorkloadContainer, workloadKey } from './workload.ts'
