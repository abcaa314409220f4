export { describeFailure } from './failure.ts'
export { addLearnerCommand } from './learner.ts'
export { addStartCommand } from './start.ts'
export { addWebhookCommand } from './webhook.ts'
