export { CpuForSlo, type CpuState } from './cpu-for-slo.ts'
export type { BurnWindows, Objective, Requests, SloReading, SloState } from './reading.ts'
