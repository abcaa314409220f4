export type { Learner } from './learner.ts'
