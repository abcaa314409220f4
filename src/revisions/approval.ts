import type { Criticality, Mode } from '../api/index.ts'
import type { Direction } from './direction.ts'

/** `oom`: more memory after an OOM kill; `pressure`: more for containers that are under pressure. */
export type Exempt = 'oom' | 'pressure'

/** Rules that say which changes need no approval. */
export interface ApprovalRules {
  /** Minimum confidence (0..1) for a change without approval, by criticality; `critical` always asks. */
  readonly confidence: Readonly<Record<Exclude<Criticality, 'critical'>, number>>
  /** Days of usage that must be known before mode `auto` makes a change other than a raise. A young workload is not uncertain: it waits. */
  readonly minimumDays: number
  /** Largest share of a day (0..1) that usage may be expected above the new request, for a change without approval. */
  readonly worstDay: Readonly<Record<'high', number>>
  /** Changes that mode `auto` makes immediately and without approval, however critical the workload is. */
  readonly exempt: readonly Exempt[]
}

/** One new value of one resource of a container, with everything that its disposition depends on. */
export interface ChangeCase extends Direction {
  readonly mode: Mode
  readonly criticality: Criticality
  /** Confidence of the value, 0..1; undefined counts as 0. */
  readonly confidence: number | undefined
  /** Whether fewer days than `minimumDays` are known. */
  readonly isYoung: boolean
  /** Whether it only raises values of containers that need it immediately, and needs no approval for that (`exempt`). */
  readonly isProtective: boolean
  /** Whether an approval that has not expired covers it. */
  readonly isApproved: boolean
  readonly isRejected: boolean
  /** Whether somebody holds the workload, or its namespace or the cluster is frozen. */
  readonly isStopped: boolean
  /** Whether a change window is open now, or none is configured. */
  readonly isOpen: boolean
  /** Whether nothing may be lowered because of an SLO. */
  readonly isGated: boolean
}

/**
 * `observe`: only computed; `hold`: stopped for now; `ask`: pending approval; `wait`: applied when a change window opens; `young`:
 * decided when enough days are known; `slo`: applied when no SLO burns its error budget.
 */
export type Disposition = 'observe' | 'hold' | 'apply' | 'ask' | 'wait' | 'young' | 'slo'

/**
 * Decides what happens to a new value by mode, criticality, confidence and direction. A hold or a freeze has priority over everything
 * else, and a protective raise over approval and change windows. Raises, and changes that are expected to cost no more than the current
 * values, only need the confidence of criticality `low`. Pure and total.
 */
export function dispositionOf(
  change: ChangeCase,
  { confidence, worstDay }: Pick<ApprovalRules, 'confidence' | 'worstDay'>,
): Disposition {
  const { mode, raises } = change
  if (mode === 'observe') return 'observe'
  if (change.isStopped) return 'hold'
  if (mode === 'auto' && change.isProtective) return 'apply'
  if (change.isRejected) return 'hold'
  if (mode === 'auto' && change.isYoung && !raises && !change.isApproved) return 'young'
  if (!change.isApproved && !(mode === 'auto' && isTrusted(change, confidence, worstDay))) return 'ask'
  if (change.isGated && !raises) return 'slo'
  return change.isOpen ? 'apply' : 'wait'
}

function isTrusted(change: ChangeCase, least: ApprovalRules['confidence'], worst: ApprovalRules['worstDay']): boolean {
  const { criticality, confidence = 0 } = change
  if (criticality === 'critical' || isTooBadADay(change, worst)) return false
  return confidence >= leastConfidence({ ...change, criticality }, least)
}

/** Whether usage may exceed the new request for a larger part of a day than criticality `high` allows without approval. */
export function isTooBadADay(
  { criticality, raises, worstDay }: Pick<ChangeCase, 'criticality' | 'raises' | 'worstDay'>,
  worst: ApprovalRules['worstDay'],
): boolean {
  return criticality === 'high' && !raises && worstDay > worst.high
}

/** The confidence (0..1) that a change needs to be made without approval. */
export function leastConfidence(
  {
    criticality,
    raises,
    isNoWorse,
  }: Pick<Direction, 'raises' | 'isNoWorse'> & { readonly criticality: keyof ApprovalRules['confidence'] },
  least: ApprovalRules['confidence'],
): number {
  return raises || isNoWorse ? Math.min(least[criticality], least.low) : least[criticality]
}
