import type { Criticality, Mode } from '../api/index.ts'

/** Rules that say which changes need no approval. */
export interface ApprovalRules {
  /** Minimum confidence (0..1) for a change without approval, by criticality; `critical` always asks. */
  readonly confidence: Readonly<Record<Exclude<Criticality, 'critical'>, number>>
  /** Changes that mode `auto` makes immediately and without approval, however critical the workload is. */
  readonly exempt: readonly 'oom'[]
}

/** One new value of one resource of a container, with everything that its disposition depends on. */
export interface ChangeCase {
  readonly mode: Mode
  readonly criticality: Criticality
  /** Confidence of the value, 0..1; undefined counts as 0. */
  readonly confidence: number | undefined
  /** Whether it gives more memory to a container that was OOM-killed. */
  readonly isProtective: boolean
  /** Whether an approval that has not expired covers it. */
  readonly isApproved: boolean
  readonly isRejected: boolean
  /** Whether somebody holds the workload, or its namespace or the cluster is frozen. */
  readonly isStopped: boolean
  /** Whether no change window is closed now. */
  readonly isOpen: boolean
}

/** `observe`: only computed; `hold`: not wanted now; `ask`: pending approval; `wait`: applied when a change window opens. */
export type Disposition = 'observe' | 'hold' | 'apply' | 'ask' | 'wait'

/**
 * Decides what happens to a new value by mode, criticality and confidence. A hold or a freeze has priority over everything else,
 * and a raise after an OOM kill over approval and change windows. Pure and total.
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
