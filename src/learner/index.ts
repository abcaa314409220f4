export type { Learner } from './learner.ts'
export { createLearner, restoreLearner } from './percentile-learner.ts'
export { LearnerStateError } from './saved-state.ts'
