import type { Criticality, Mode } from '../api/index.ts'
import type { Direction } from './direction.ts'

/** More memory after an OOM kill; more of what containers under pressure lack. */
export type Exempt = 'oom' | 'pressure'

/** Rules that say which changes need no approval. */
export interface ApprovalRules {
  /** Minimum confidence (0..1) for a change without approval, by criticality; `critical` always asks. */
  readonly confidence: Readonly<Record<Exclude<Criticality, 'critical'>, number>>
  /**
   * Days of usage that must be known before mode `auto` makes a change that does not only give more. A young workload is not
   * unsure: it waits.
   */
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
  /** Whether it only gives more, to containers that need it at once, and needs no approval for that (`exempt`). */
  readonly isProtective: boolean
  /** Whether an approval that has not expired covers it. */
  readonly isApproved: boolean
  readonly isRejected: boolean
  /** Whether somebody holds the workload, or its namespace or the cluster is frozen. */
  readonly isStopped: boolean
  /** Whether no change window is closed now. */
  readonly isOpen: boolean
  /** Whether nothing may be lowered because of an SLO. */
  readonly isGated: boolean
}

/**
 * `observe`: only computed; `hold`: not wanted now; `ask`: pending approval; `wait`: applied when a change window opens; `young`:
 * decided on when enough days are known; `slo`: applied when the error budget of no SLO burns.
 */
export type Disposition = 'observe' | 'hold' | 'apply' | 'ask' | 'wait' | 'young' | 'slo'

/**
 * Decides what happens to a new value by mode, criticality, confidence and direction. A hold or a freeze has priority over
 * everything else, and a protective raise over approval and change windows. What only gives more, or is expected to cost no
 * more than what is in force, needs no more confidence than criticality `low` asks for. Pure and total.
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

/** Whether usage may be above the new request for more of a day than criticality `high` takes without approval. */
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
