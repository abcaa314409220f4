export { pause, systemTime, type Time } from './time.ts'
