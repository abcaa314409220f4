import type { ContainerRecommendation, RecommendationStatus, Revision } from '../api/index.ts'
import { clampContainers } from '../policy/index.ts'
import { refreshed } from './certainty.ts'
import { leaveTrail } from './changelog.ts'
import { peaksOfRuns } from './demand.ts'
import { evaluateRunning } from './evaluate-running.ts'
import { keepIdleLimits } from './idle-limits.ts'
import { cappedAtNode } from './largest-node.ts'
import { isWorthwhile } from './minimum-change.ts'
import { propose, splitProposal } from './propose.ts'
import type { ReconcileInput, ReconcileRules } from './reconcile-input.ts'
import { highestOf, revise, revisionOf } from './revise.ts'
import { mayTryAgain } from './rollback.ts'
import type { ApprovalSplit } from './split-by-approval.ts'
import type { Pace } from './step.ts'
import { stopOf, waitOf } from './stop.ts'
import { summarize } from './summary.ts'
import { isoSeconds } from './time.ts'

const LAST_SEEN_GRAIN_MILLISECONDS = 24 * 3600 * 1000

/**
 * How a Recommendation goes on: what became of the revisions that run, then learned → peaks of runs → bounds → node → step →
 * autoscalers → approval → applied. What is not sure enough for the workload's criticality, or in `approve`, is `pending`; in
 * `observe` all is worked out as `wouldApply` alone. Pure.
 *
 * @returns `before` itself when there is nothing worth writing
 */
export function reconcile(
  before: RecommendationStatus | undefined,
  input: ReconcileInput,
  rules: ReconcileRules,
): RecommendationStatus {
  const { mode, now } = input
  const draft: RecommendationStatus = { ...before }
  // No number is ever given twice: Pods carry it, and people answer to it.
  const given = highestOf(draft)
  if (given > 0) draft.dropped = given
  evaluateRunning(draft, input, rules)
  draft.mode = mode
  draft.criticality = input.criticality
  if (!draft.lastSeen || now.getTime() - Date.parse(draft.lastSeen) >= LAST_SEEN_GRAIN_MILLISECONDS)
    draft.lastSeen = isoSeconds(now)

  const learned = shape(input, rules, draft.learned?.containers)
  if (learned.length > 0 && isWorthwhile(draft.learned?.containers, learned, rules.minimumChange)) {
    draft.learned = revise(draft, input, learned)
  } else if (draft.learned) {
    const containers = refreshed(draft.learned.containers, learned)
    if (containers !== draft.learned.containers) draft.learned = { ...draft.learned, containers: [...containers] }
  }
  apply(draft, input, rules, learned.length > 0)
  leaveTrail(before, draft, input, rules)
  if (highestOf({ ...draft, dropped: undefined }) >= given) draft.dropped = before?.dropped
  if (draft.dropped === undefined) delete draft.dropped
  draft.state = stateOf(draft)
  draft.summary = summarize(draft, input.author)
  return sameStatus(before, draft) ? before! : draft
}

/** What was learned, as far as it may ever be given. */
function shape(
  input: ReconcileInput,
  { policy, minimumChange }: ReconcileRules,
  before: readonly ContainerRecommendation[] = [],
): ContainerRecommendation[] {
  const most = cappedAtNode(clampContainers(peaksOfRuns(input.kind, input.learned), policy), input)
  return keepIdleLimits(most, before, input.author, policy.limits, minimumChange)
}

/** @param isFresh without fresh usage nothing moves, not even a step towards what was learned before */
function apply(draft: RecommendationStatus, input: ReconcileInput, rules: ReconcileRules, isFresh: boolean): void {
  if (input.mode === 'observe') {
    for (const field of ['pending', 'rejected', 'waiting'] as const) delete draft[field]
    const pace = isFresh ? paceOf(draft.wouldApply, input, rules) : undefined
    const would = propose(draft.wouldApply, draft, input, rules, pace)
    const next = revisionOf(would, draft.wouldApply, draft, input, rules, pace !== undefined)
    if (next) draft.wouldApply = next
    return
  }
  delete draft.wouldApply
  const standing = draft.applied
  const mayTry = mayTryAgain(draft, input.now)
  const due = isFresh ? (mayTry ? paceOf(standing, input, rules) : 'protecting') : undefined
  // What somebody approves is to be applied, not tried.
  const canary = input.mode === 'auto' ? rules.canary : undefined
  const urgent = isFresh && canary ? 'protecting' : due
  let hasLooked = isFresh && (urgent !== 'protecting' || !mayTry)
  let split = splitProposal(standing, draft, input, rules, urgent)
  const applied = revisionOf(split.granted, standing, draft, input, rules, urgent !== undefined)
  if (applied) draft.applied = applied
  if (canary && mayTry && isFresh && !draft.canary && applied === standing) {
    hasLooked = true
    split = splitProposal(standing, draft, input, rules, due)
    const tried = revisionOf(split.granted, standing, draft, input, rules, true)
    if (tried && tried !== standing) draft.canary = { percent: canary.percent, revision: tried }
  }
  // While a canary runs, or without fresh usage, nobody has looked whether what asks still should.
  if (hasLooked || split.asked) ask(draft, rules, split, input)
  tellWaiting(draft, input, split)
}

/** What asks for approval becomes `pending`. */
function ask(
  draft: RecommendationStatus,
  rules: ReconcileRules,
  { granted, asked }: ApprovalSplit,
  input: ReconcileInput,
): void {
  if (!asked || !isWorthwhile(granted, asked, rules.minimumChange)) delete draft.pending
  else if (isWorthwhile(draft.pending?.containers, asked, rules.minimumChange))
    draft.pending = {
      ...revise(draft, input, asked),
      ...(draft.learned && { towards: draft.learned.revision }),
    }
}

/** What has to wait says why. */
function tellWaiting(draft: RecommendationStatus, input: ReconcileInput, { waits }: ApprovalSplit): void {
  const waiting = stopOf(input) ?? (waits ? waitOf(input) : undefined)
  if (!waiting) delete draft.waiting
  else if (JSON.stringify(waiting) !== JSON.stringify(draft.waiting)) draft.waiting = waiting
}

function paceOf(standing: Revision | undefined, { now }: ReconcileInput, rules: ReconcileRules): Pace {
  const isDue = !standing || now.getTime() - Date.parse(standing.time) >= rules.betweenChangesMilliseconds
  return isDue ? 'due' : 'waiting'
}

function stateOf(status: RecommendationStatus): NonNullable<RecommendationStatus['state']> {
  const { mode, learned, applied, canary, pending, rollback, waiting } = status
  if (!learned) return 'Learning'
  if (mode === 'observe') return 'Observing'
  if (waiting && waiting.because !== 'ChangeWindow') return 'Held'
  if (pending) return 'Pending'
  if (waiting) return 'Waiting'
  if (canary) return 'Canary'
  // A revision that came after is no longer the one that was gone back to.
  if (rollback && (applied?.revision ?? 0) < rollback.revision) return 'RolledBack'
  return applied ? 'Applied' : 'Learning'
}

/** What is not changed is handed on as it was, so it is enough to look whether it is the same object. */
const WHOLE = [
  ...['learned', 'applied', 'wouldApply', 'pending', 'rejected', 'waiting', 'lastGood', 'trial', 'canary', 'rollback'],
  ...['mode', 'criticality', 'dropped', 'state', 'lastSeen', 'trail'],
] as (keyof RecommendationStatus)[]

function sameStatus(a: RecommendationStatus | undefined, b: RecommendationStatus): boolean {
  return (
    a !== undefined &&
    WHOLE.every((field) => a[field] === b[field]) &&
    JSON.stringify(a.summary) === JSON.stringify(b.summary)
  )
}
