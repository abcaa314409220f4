export { Fleet, type FleetWorkload, MODE_LABEL } from './fleet.ts'
export { FREEZE_ANNOTATION, FREEZE_UNTIL_ANNOTATION, Freezes, readFreeze } from './freezes.ts'
export { type ApiPod, type FleetPod, readFleetPod } from './pod.ts'
export { type ApiNode, type FleetNode, readNode, Surroundings } from './surroundings.ts'
