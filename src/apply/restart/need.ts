import type { ReasonCode } from '../../policy/index.ts'

/** How a Pod gets what a resize in place cannot give it. */
export type Need =
  /** A resize would do, and restarts the container. */
  | 'container'
  /** Only a new Pod has it, and it fits where its predecessor was. */
  | 'pod'
  /** Only a new Pod on another node has it. */
  | 'elsewhere'

/** What a Pod needs, by the reason for which it was not resized. */
const NEEDS = {
  RestartNeeded: 'container',
  BestEffortRuns: 'pod',
  RaiseMissed: 'pod',
  ValueNotRemoved: 'pod',
  ResizeInfeasible: 'pod',
  ResizeRefused: 'pod',
  MemoryInUse: 'pod',
  NodeFull: 'elsewhere',
} as const satisfies Partial<Record<ReasonCode, Need>>

/** @returns undefined if a restart would not help, or is not worth it */
export function needOf(reason: ReasonCode | undefined): Need | undefined {
  return reason === undefined || !Object.hasOwn(NEEDS, reason) ? undefined : NEEDS[reason as keyof typeof NEEDS]
}
