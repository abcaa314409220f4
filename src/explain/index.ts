export { type DecisionInputs, installedRules, readDecisionInputs } from './decision-inputs.ts'
export { explainPod, type Report } from './explain-pod.ts'
export { stagesOf } from './stages.ts'
export { type Subject, subjectsOf } from './subject.ts'
