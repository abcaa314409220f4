export { type Backoff, backoffMilliseconds } from './backoff.ts'
