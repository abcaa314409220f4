export { describeFailure } from './failure.ts'
export { addStartCommand } from './start.ts'
