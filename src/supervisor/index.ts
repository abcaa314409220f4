export { workerArguments } from './heap.ts'
export { type SuperviseOptions, type SupervisorTimes, supervise } from './supervise.ts'
