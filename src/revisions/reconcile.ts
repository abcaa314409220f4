import type { ContainerRecommendation, RecommendationStatus, Revision } from '../api/index.ts'
import { clampContainers } from '../policy/index.ts'
import { refreshed } from './certainty.ts'
import { leaveTrail } from './changelog.ts'
import { peaksOfRuns } from './demand.ts'
import { settle } from './evaluate-running.ts'
import { keepIdleLimits } from './idle-limits.ts'
import { cappedAtNode } from './largest-node.ts'
import { isWorthwhile } from './minimum-change.ts'
import { offer, siftOffer } from './propose.ts'
import type { Progress, PublishRules } from './reconcile-input.ts'
import { highestOf, revise, revisionOf } from './revise.ts'
import { mayTryAgain } from './rollback.ts'
import type { Sifted } from './split-by-approval.ts'
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
export function advance(
  before: RecommendationStatus | undefined,
  progress: Progress,
  rules: PublishRules,
): RecommendationStatus {
  const { mode, now } = progress
  const draft: RecommendationStatus = { ...before }
  // No number is ever given twice: Pods carry it, and people answer to it.
  const given = highestOf(draft)
  if (given > 0) draft.dropped = given
  settle(draft, progress, rules)
  draft.mode = mode
  draft.criticality = progress.criticality
  if (!draft.lastSeen || now.getTime() - Date.parse(draft.lastSeen) >= LAST_SEEN_GRAIN_MILLISECONDS)
    draft.lastSeen = isoSeconds(now)

  const learned = shape(progress, rules, draft.learned?.containers)
  if (learned.length > 0 && isWorthwhile(draft.learned?.containers, learned, rules.minimumChange)) {
    draft.learned = revise(draft, progress, learned)
  } else if (draft.learned) {
    const containers = refreshed(draft.learned.containers, learned)
    if (containers !== draft.learned.containers) draft.learned = { ...draft.learned, containers: [...containers] }
  }
  apply(draft, progress, rules, learned.length > 0)
  leaveTrail(before, draft, progress, rules)
  if (highestOf({ ...draft, dropped: undefined }) >= given) draft.dropped = before?.dropped
  if (draft.dropped === undefined) delete draft.dropped
  draft.state = stateOf(draft)
  draft.summary = summarize(draft, progress.author)
  return sameStatus(before, draft) ? before! : draft
}

/** What was learned, as far as it may ever be given. */
function shape(
  progress: Progress,
  { policy, minimumChange }: PublishRules,
  before: readonly ContainerRecommendation[] = [],
): ContainerRecommendation[] {
  const most = cappedAtNode(clampContainers(peaksOfRuns(progress.kind, progress.learned), policy), progress)
  return keepIdleLimits(most, before, progress.author, policy.limits, minimumChange)
}

/** @param isFresh without fresh usage nothing moves, not even a step towards what was learned before */
function apply(draft: RecommendationStatus, progress: Progress, rules: PublishRules, isFresh: boolean): void {
  if (progress.mode === 'observe') {
    for (const field of ['pending', 'rejected', 'waiting'] as const) delete draft[field]
    const pace = isFresh ? paceOf(draft.wouldApply, progress, rules) : undefined
    const would = offer(draft.wouldApply, draft, progress, rules, pace)
    const next = revisionOf(would, draft.wouldApply, draft, progress, rules, pace !== undefined)
    if (next) draft.wouldApply = next
    return
  }
  delete draft.wouldApply
  const standing = draft.applied
  const mayTry = mayTryAgain(draft, progress.now)
  const due = isFresh ? (mayTry ? paceOf(standing, progress, rules) : 'protecting') : undefined
  // What somebody approves is to be applied, not tried.
  const canary = progress.mode === 'auto' ? rules.canary : undefined
  const urgent = isFresh && canary ? 'protecting' : due
  let hasLooked = isFresh && (urgent !== 'protecting' || !mayTry)
  let sifted = siftOffer(standing, draft, progress, rules, urgent)
  const applied = revisionOf(sifted.granted, standing, draft, progress, rules, urgent !== undefined)
  if (applied) draft.applied = applied
  if (canary && mayTry && isFresh && !draft.canary && applied === standing) {
    hasLooked = true
    sifted = siftOffer(standing, draft, progress, rules, due)
    const tried = revisionOf(sifted.granted, standing, draft, progress, rules, true)
    if (tried && tried !== standing) draft.canary = { percent: canary.percent, revision: tried }
  }
  // While a canary runs, or without fresh usage, nobody has looked whether what asks still should.
  if (hasLooked || sifted.asked) ask(draft, rules, sifted, progress)
  tellWaiting(draft, progress, sifted)
}

/** What asks for approval becomes `pending`. */
function ask(draft: RecommendationStatus, rules: PublishRules, { granted, asked }: Sifted, progress: Progress): void {
  if (!asked || !isWorthwhile(granted, asked, rules.minimumChange)) delete draft.pending
  else if (isWorthwhile(draft.pending?.containers, asked, rules.minimumChange))
    draft.pending = {
      ...revise(draft, progress, asked),
      ...(draft.learned && { towards: draft.learned.revision }),
    }
}

/** What has to wait says why. */
function tellWaiting(draft: RecommendationStatus, progress: Progress, { waits }: Sifted): void {
  const waiting = stopOf(progress) ?? (waits ? waitOf(progress) : undefined)
  if (!waiting) delete draft.waiting
  else if (JSON.stringify(waiting) !== JSON.stringify(draft.waiting)) draft.waiting = waiting
}

function paceOf(standing: Revision | undefined, { now }: Progress, rules: PublishRules): Pace {
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
