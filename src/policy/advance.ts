import type { ContainerRecommendation, RecommendationStatus, Revision } from '../recommendations/index.ts'
import { type Disposition, dispositionOf } from './approval.ts'
import { holdForAutoscalers } from './autoscalers.ts'
import { asSureAsNow, refreshed } from './certainty.ts'
import { asApproved, isApproved, isRejected, unlessTakenBack } from './consent.ts'
import { peaksOfRuns } from './demand.ts'
import { cappedAtNode, fittedToNode } from './largest-node.ts'
import { isWorthwhile } from './minimum-change.ts'
import { clampContainers } from './policy.ts'
import type { Progress, PublishRules } from './progress.ts'
import { mayTryAgain } from './rollback.ts'
import { settle } from './settle.ts'
import { type Sifted, sift, withAsked } from './sift.ts'
import { type Pace, type StepRules, stepContainers } from './step.ts'
import { stopOf, waitOf } from './stop.ts'
import { summarize } from './summary.ts'
import { isoSeconds } from './time.ts'
import { leaveTrail } from './trail.ts'

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

  const learned = shape(progress, rules)
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
function shape(progress: Progress, { policy }: PublishRules): ContainerRecommendation[] {
  return cappedAtNode(clampContainers(peaksOfRuns(progress.kind, progress.learned), policy), progress)
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

/**
 * What the containers would be given if nobody had to be asked.
 *
 * @param pace undefined: only autoscalers are minded
 */
function offer(
  standing: Revision | undefined,
  draft: RecommendationStatus,
  progress: Progress,
  rules: PublishRules,
  pace: Pace | undefined,
): ContainerRecommendation[] {
  const from = standing?.containers ?? []
  const to = draft.learned?.containers
  const { author, autoscalers } = progress
  const stepped =
    pace && to ? stepContainers({ from, author, to, pace, rules: gentler(rules.step, draft.rollback?.count) }) : from
  // One container may rise while another has not come down yet.
  return holdForAutoscalers(fittedToNode(stepped, from, progress), autoscalers).map(withoutEvidence)
}

function siftOffer(
  standing: Revision | undefined,
  draft: RecommendationStatus,
  progress: Progress,
  rules: PublishRules,
  pace: Pace | undefined,
): Sifted {
  const { mode, criticality, opening, now } = progress
  const { approval, minimumChange: minimum, step } = rules
  const agreed = unlessTakenBack(progress.people.approval, draft.rollback)
  const isStopped = stopOf(progress) !== undefined
  const from = standing?.containers ?? []
  // What asks was due when it began to ask: it does not go away because something else has moved since.
  const isKept = pace === 'waiting' && draft.pending !== undefined
  const offered = offer(standing, draft, progress, rules, pace)
  const wanted = isKept ? withAsked(offered, from, draft.pending!.containers) : offered
  const next = asSureAsNow(asApproved(wanted, agreed, minimum, now), progress.learned)
  const sifted = sift(from, next, (container, resource, value): Disposition => {
    const change = {
      ...{ mode, criticality, isStopped, confidence: value.confidence, isOpen: opening.isOpen },
      isProtective: value.reasons?.includes('RaisedAfterOomKill') === true,
      isApproved: isApproved(agreed, container, resource, value, step, now),
      isRejected: isRejected(draft.rejected, container, resource, value, minimum),
    }
    return dispositionOf(change, approval)
  })
  // One may be given more at once while what another is to give up has not been agreed to.
  const fit = (containers: readonly ContainerRecommendation[]) => fittedToNode(containers, from, progress)
  return { ...sifted, granted: fit(sifted.granted), asked: sifted.asked && fit(sifted.asked) }
}

/** @returns `standing` itself where the change is not worth a revision */
function revisionOf(
  containers: readonly ContainerRecommendation[],
  standing: Revision | undefined,
  draft: RecommendationStatus,
  progress: Progress,
  rules: PublishRules,
  isStep: boolean,
): Revision | undefined {
  if (containers.length === 0 || !isWorthwhile(standing?.containers, containers, rules.minimumChange)) return standing
  const { learned, pending } = draft
  const time = isoSeconds(progress.now)
  // One revision serves as both where it is new; an older one would set the applied revision's time back.
  if (learned?.time === time && sameValues(containers, learned.containers))
    return { ...learned, containers: [...containers] }
  // What was approved keeps its number.
  if (pending && sameValues(containers, pending.containers)) return { ...pending, time }
  return { ...revise(draft, progress, containers), ...(isStep && learned && { towards: learned.revision }) }
}

/** The highest number that has been given, as far as a status tells. */
function highestOf(status: RecommendationStatus): number {
  const { learned, applied, wouldApply, pending, rejected, lastGood, canary, rollback, dropped = 0 } = status
  const known = [learned, applied, wouldApply, pending, rejected, lastGood, canary?.revision, rollback]
  return Math.max(dropped, ...known.map((revision) => revision?.revision ?? 0))
}

/** Smaller steps than this would not be worth a revision. */
const MOST_HALVINGS = 2

/** After a rollback less is taken away at a time: what made trouble would else be reached again in the same step. */
function gentler(step: StepRules, rollbacks = 0): StepRules {
  return { ...step, maxDecrease: step.maxDecrease / 2 ** Math.min(rollbacks, MOST_HALVINGS) }
}

function revise(
  status: RecommendationStatus,
  progress: Progress,
  containers: readonly ContainerRecommendation[],
): Revision {
  return {
    revision: highestOf(status) + 1,
    time: isoSeconds(progress.now),
    source: 'observed',
    goal: progress.goal,
    containers: [...containers],
  }
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

/** Evidence stands with what was learned, once: every webhook reads every Recommendation when it starts. */
function withoutEvidence({ evidence: _, ...values }: ContainerRecommendation): ContainerRecommendation {
  return values
}

function sameValues(a: readonly ContainerRecommendation[], b: readonly ContainerRecommendation[]): boolean {
  const values = (containers: readonly ContainerRecommendation[]) =>
    JSON.stringify(
      containers.map(({ name, cpu, memory, held }) => [
        ...[name, cpu?.request, cpu?.limit, memory?.request, memory?.limit],
        ...[held?.cpu, held?.memory],
      ]),
    )
  return values(a) === values(b)
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
