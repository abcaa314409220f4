import type { Criticality, Mode } from '../api/index.ts'

/** How sure the learner must be for a change to need nobody's approval. */
export interface ApprovalRules {
  /** Least confidence, 0..1, by criticality; `critical` always asks. */
  readonly confidence: Readonly<Record<Exclude<Criticality, 'critical'>, number>>
  /** Changes that mode `auto` makes without asking, now, however critical the workload is. */
  readonly exempt: readonly 'oom'[]
}

/** One new value of one resource of a container, and all that its fate depends on. */
export interface ChangeCase {
  readonly mode: Mode
  readonly criticality: Criticality
  /** 0..1; undefined counts as none. */
  readonly confidence: number | undefined
  /** It gives more memory to what was OOM-killed. */
  readonly isProtective: boolean
  /** An approval that has not expired covers it. */
  readonly isApproved: boolean
  readonly isRejected: boolean
  /** Somebody holds the workload, or the namespace or the cluster is frozen. */
  readonly isStopped: boolean
  /** No change window is closed. */
  readonly isOpen: boolean
}

/** `observe`: worked out only; `hold`: not wanted now; `ask`: pending approval; `wait`: due when a change window opens. */
export type Disposition = 'observe' | 'hold' | 'apply' | 'ask' | 'wait'

/**
 * What becomes of a new value: by mode, criticality and confidence. A hold or a freeze goes before everything, and a raise
 * after an OOM kill before approval and change windows. Pure and total.
 */
export function dispositionOf(change: ChangeCase, { confidence, exempt }: ApprovalRules): Disposition {
  const { mode, criticality } = change
  if (mode === 'observe') return 'observe'
  if (change.isStopped) return 'hold'
  if (mode === 'auto' && change.isProtective && exempt.includes('oom')) return 'apply'
  if (change.isRejected) return 'hold'
  const least = { ...confidence, critical: Number.POSITIVE_INFINITY }[criticality]
  const isSure = mode === 'auto' && (change.confidence ?? 0) >= least
  if (!change.isApproved && !isSure) return 'ask'
  return change.isOpen ? 'apply' : 'wait'
}
