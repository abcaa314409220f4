export { containerKey, type Workload, type WorkloadContainer, workloadKey } from './workload.ts'
