export type { ControllerContext } from './context.ts'
export { type ControllerOptions, runController } from './lead.ts'
export { prometheusOf } from './prometheus.ts'
