export { type Backoff, backoffMilliseconds } from './backoff.ts'
export { pause, pauseUntil, systemTime, type Time } from './time.ts'
