import type { RecommendationStatus } from '../api/index.ts'
import { isoSeconds } from '../api/index.ts'
import { applying } from './applying.ts'
import { evaluateCanary } from './canary.ts'
import { BY_PLIMSOLL } from './events.ts'
import { judge } from './judge.ts'
import { firstReceivedAt } from './pod-health.ts'
import type { ReconcileInput, ReconcileRules } from './reconcile-input.ts'
import { isRollbackOf, rollbackOf } from './rollback.ts'
import { sloWaitOf } from './slo-gate.ts'
import { sloFactsOf } from './slo-status.ts'
import { shorten } from './text.ts'
import { changed, inTurn, type Transition, unchanged, without } from './transition.ts'

/** Time that a revision must run without trouble before a rollback returns to it. */
const PROOF_MILLISECONDS = 24 * 3600 * 1000

type Input = Pick<
  ReconcileInput,
  'slos' | 'degraded' | 'mode' | 'author' | 'pods' | 'trouble' | 'autoscalers' | 'spec' | 'freezes' | 'opening' | 'now'
>

/**
 * Evaluates the running revisions: records a rejection, lets the canary pass or fail, and rolls the applied revision back or proves it
 * good. A rollback returns to the last good revision or, if there is none, to the author's values.
 */
export function evaluateRunning(
  status: RecommendationStatus,
  input: Input,
  rules: Pick<ReconcileRules, 'canary' | 'slo'>,
): Transition {
  return inTurn(
    status,
    (before) => recordRejection(before, input),
    (before) => evaluateCanary(before, input, rules),
    (before) => rollBackAsAsked(before, input) ?? evaluateApplied(before, input, rules),
  )
}

/** Records a rejection: it removes the pending revision, and is valid as long as it is written in `spec`. */
function recordRejection(status: RecommendationStatus, { spec: { rejection } }: Input): Transition {
  const isOver = status.rejected !== undefined && status.rejected.revision !== rejection?.revision
  const before = isOver ? without(status, 'rejected') : status
  if (!rejection || before.pending?.revision !== rejection.revision) return unchanged(before)
  const { pending: rejected, ...rest } = before
  return changed({ ...rest, rejected }, { reason: 'Rejected', by: rejection.by, revision: rejection.revision })
}

/**
 * Rolls back the applied revision or the canary if somebody asked for it.
 *
 * @returns undefined if nobody did
 */
function rollBackAsAsked(status: RecommendationStatus, input: Input): Transition | undefined {
  const { applied, canary, lastGood, rollback, changelog } = status
  const asked = input.spec.rollback
  if (!asked || rollback?.revision === asked.revision) return undefined
  const message = shorten(`rolled back by ${asked.by}${asked.reason ? `: ${asked.reason}` : ''}`)
  if (canary?.revision.revision === asked.revision) {
    const next = rollbackOf(canary.revision, rollback, message, input.now)
    const { revision, until } = next
    const event = { reason: 'CanaryFailed', by: asked.by, revision, message, until } as const
    return changed({ ...without(status, 'canary'), rollback: next }, event)
  }
  if (!applied || !isRollbackOf(asked, applied.revision, changelog, input.now)) return undefined
  const next = rollbackOf(applied, rollback, message, input.now)
  const before = { ...without(status, 'probation'), rollback: next }
  const isGoodAnother =
    lastGood !== undefined && lastGood.revision !== applied.revision && lastGood.revision !== asked.revision
  const event = { reason: 'RolledBack', by: asked.by, message, until: next.until } as const
  return isGoodAnother
    ? applying(before, lastGood, input, event)
    : applying(without(before, 'lastGood'), undefined, input, event)
}

/** Rolls the applied revision back if it caused trouble, and proves it good when it has run for a day without. */
function evaluateApplied(status: RecommendationStatus, input: Input, rules: Pick<ReconcileRules, 'slo'>): Transition {
  const { applied, lastGood, rollback } = status
  if (!applied || applied.revision === lastGood?.revision) return unchanged(without(status, 'probation'))
  const { author, pods, now } = input
  const seen = input.trouble?.revision === applied.revision ? input.trouble : undefined
  const trouble = judge({ revision: applied, lastGood, author, pods, slo: sloFactsOf(input, rules) }) ?? seen
  if (trouble) {
    const next = rollbackOf(applied, rollback, trouble.message, now)
    const { message, until } = next
    return applying({ ...without(status, 'probation'), rollback: next }, lastGood, input, {
      ...{ reason: 'RolledBack', by: BY_PLIMSOLL, message, until },
    })
  }
  const probation = probationOf(status, applied, input)
  if (!probation) return unchanged(without(status, 'probation'))
  // A revision that burns an error budget is not good, so no rollback may return to it.
  const isBurning = sloWaitOf(input, status)?.because === 'SloBurning'
  if (isBurning || now.getTime() - Date.parse(probation.since) < PROOF_MILLISECONDS)
    return unchanged(probation === status.probation ? status : { ...status, probation })
  return changed(
    { ...without(status, 'probation', 'rollback'), lastGood: applied },
    { reason: 'ProvenGood', by: BY_PLIMSOLL, revision: applied.revision },
  )
}

function probationOf(
  { probation }: RecommendationStatus,
  applied: NonNullable<RecommendationStatus['applied']>,
  { pods }: Input,
): RecommendationStatus['probation'] {
  if (probation?.revision === applied.revision) return probation
  const since = firstReceivedAt(applied, pods)
  return since === undefined ? undefined : { revision: applied.revision, since: isoSeconds(new Date(since)) }
}
