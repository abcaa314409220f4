export { type Backoff, backoffMilliseconds } from './backoff.ts'
export { pause, systemTime, type Time } from './time.ts'
