import type { ReasonCode } from '../../policy/index.ts'

/** How a Pod gets values that a resize in place cannot give it. */
export type Need =
  /** A resize that restarts the container is enough. */
  | 'container'
  /** Only a new Pod gets them, and it fits on the same node. */
  | 'pod'
  /** Only a new Pod on another node gets them. */
  | 'elsewhere'

/** What a Pod needs, by the reason why it was not resized. */
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
