export { Applier, type ApplierOptions } from './applier.ts'
export type { ApplicableWorkload } from './plan-fleet.ts'
export { type PodApi, podApi } from './pod-api.ts'
export { RecentMemory } from './recent-memory.ts'
