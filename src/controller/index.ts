export type { ControllerContext } from './context.ts'
export { type ControllerOptions, runController } from './controller.ts'
export type { NodeCount } from './node-counts.ts'
