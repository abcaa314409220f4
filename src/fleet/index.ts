export { Fleet, type FleetWorkload, MODE_LABEL } from './fleet.ts'
export { type ApiPod, type FleetPod, readFleetPod } from './pod.ts'
