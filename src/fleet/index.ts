export { Fleet, type FleetWorkload, MODE_LABEL } from './fleet.ts'
export { type ApiPod, type FleetPod, readFleetPod } from './pod.ts'
export { type ApiNode, type FleetNode, readNode, Surroundings } from './surroundings.ts'
