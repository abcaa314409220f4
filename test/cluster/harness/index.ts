export { type ControlPlane, type StartOptions, startControlPlane } from './control-plane.ts'
export { until } from './until.ts'
