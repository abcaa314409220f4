import type { RecommendationStatus, Revision } from '../api/index.ts'
import { heldFor } from '../policy/index.ts'
import { RESOURCES } from '../resources/index.ts'
import { judgeCanary } from './canary.ts'
import { type PodHealth, troubleWith, valuesBefore } from './health.ts'
import type { ReconcileInput, ReconcileRules } from './reconcile-input.ts'
import { isRollbackOf, rollbackOf } from './rollback.ts'
import { shorten, stopOf } from './stop.ts'
import { isoSeconds } from './time.ts'

/** For so long a revision must run without trouble to be what a rollback returns to. */
const PROOF_MILLISECONDS = 24 * 3600 * 1000

type Outcome = Pick<
  ReconcileInput,
  'mode' | 'author' | 'pods' | 'autoscalers' | 'people' | 'freezes' | 'opening' | 'now'
>

/**
 * What became of the revisions that run: a canary goes on or back; an applied revision that made trouble gives way to the last
 * good one, or to what the author wrote where there is none; one that has held for a day is the last good one.
 *
 * @param draft changed in place
 */
export function evaluateRunning(
  draft: RecommendationStatus,
  input: Outcome,
  rules: Pick<ReconcileRules, 'canary'>,
): RecommendationStatus {
  settleRejection(draft, input)
  settleCanary(draft, input, rules)
  if (rollBackAsAsked(draft, input)) return draft
  const { applied, lastGood, rollback } = draft
  if (!applied || applied.revision === lastGood?.revision) {
    delete draft.trial
    return draft
  }
  const { author, pods, now } = input
  const trouble = troubleWith(applied, valuesBefore(lastGood, author), pods)
  if (trouble !== undefined) {
    draft.rollback = rollbackOf(applied, rollback, trouble, now)
    if (lastGood) draft.applied = lastGood
    else delete draft.applied
    delete draft.trial
    return draft
  }
  if (draft.trial?.revision !== applied.revision) {
    delete draft.trial
    const since = firstSeen(applied, pods)
    if (since !== undefined) draft.trial = { revision: applied.revision, since }
  }
  if (draft.trial && now.getTime() - Date.parse(draft.trial.since) >= PROOF_MILLISECONDS) {
    draft.lastGood = applied
    delete draft.trial
    delete draft.rollback
  }
  return draft
}

/** A rejection takes the pending revision away, and stands for as long as it is written. */
function settleRejection(draft: RecommendationStatus, { people: { rejection } }: Outcome): void {
  if (draft.rejected && draft.rejected.revision !== rejection?.revision) delete draft.rejected
  if (!draft.pending || draft.pending.revision !== rejection?.revision) return
  draft.rejected = draft.pending
  delete draft.pending
}

/** @returns whether somebody's wish has just taken the applied revision, or the one on trial, back */
function rollBackAsAsked(draft: RecommendationStatus, { people, now }: Outcome): boolean {
  const { applied, canary, lastGood, rollback } = draft
  const wish = people.rollback
  if (!wish || rollback?.revision === wish.revision) return false
  const message = shorten(`taken back by ${wish.by}${wish.reason ? `: ${wish.reason}` : ''}`)
  if (canary?.revision.revision === wish.revision) {
    draft.rollback = rollbackOf(canary.revision, rollback, message, now)
    delete draft.canary
    return true
  }
  if (!applied || !isRollbackOf(wish, applied.revision, draft.trail, now)) return false
  draft.rollback = rollbackOf(applied, rollback, message, now)
  delete draft.trial
  if (lastGood && lastGood.revision !== applied.revision && lastGood.revision !== wish.revision)
    draft.applied = lastGood
  else {
    delete draft.applied
    delete draft.lastGood
  }
  return true
}

function settleCanary(draft: RecommendationStatus, input: Outcome, { canary: rules }: Pick<ReconcileRules, 'canary'>) {
  if (!draft.canary) return
  const { mode, author, pods, autoscalers, opening, now } = input
  const { containers } = draft.canary.revision
  const isHeld = containers.some((container) =>
    RESOURCES.some((resource) => container[resource] && heldFor(autoscalers, container.name, resource)),
  )
  // What it tries is no longer to be given to anybody: it ends, and the next one is worked out anew.
  if (mode !== 'auto' || !rules || isHeld) {
    delete draft.canary
    return
  }
  if (draft.canary.since === undefined) {
    const since = firstSeen(draft.canary.revision, pods)
    if (since !== undefined) draft.canary = { ...draft.canary, since }
  }
  const { canary, applied } = draft
  const verdict = judgeCanary(canary, applied, author, pods, rules, now)
  if (verdict === 'wait' || (verdict === 'on' && (stopOf(input) || !opening.isOpen))) return
  if (verdict === 'on') draft.applied = canary.revision
  else draft.rollback = rollbackOf(canary.revision, draft.rollback, verdict.back, now)
  delete draft.canary
}

function firstSeen({ revision }: Revision, pods: readonly PodHealth[]): string | undefined {
  const times = pods.filter((pod) => pod.revision === revision).map(({ createdAt }) => Date.parse(createdAt))
  const first = Math.min(...times)
  return Number.isFinite(first) ? isoSeconds(new Date(first)) : undefined
}
