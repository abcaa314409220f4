export type { BurnWindows, Objective, Requests, SloReading, SloState } from './reading.ts'
