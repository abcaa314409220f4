export type * from './model.ts'
export { INSIGHT_VERSION } from './model.ts'
