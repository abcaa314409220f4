export { Fleet, type FleetWorkload, MODE_LABEL } from './fleet.ts'
export { FREEZE_ANNOTATION, FREEZE_UNTIL_ANNOTATION, Freezes, readFreeze } from './freezes.ts'
export { type ApiNode, ClusterInventory, type FleetNode, readNode } from './inventory.ts'
export { type ApiPod, type FleetPod, readFleetPod } from './pod.ts'
