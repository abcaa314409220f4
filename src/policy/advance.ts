import type { ContainerRecommendation, RecommendationStatus, Revision } from '../recommendations/index.ts'
import { holdForAutoscalers } from './autoscalers.ts'
import { peaksOfRuns } from './demand.ts'
import { cappedAtNode, fittedToNode } from './largest-node.ts'
import { isWorthwhile } from './minimum-change.ts'
import { clampContainers } from './policy.ts'
import type { Progress, PublishRules } from './progress.ts'
import { mayTryAgain } from './rollback.ts'
import { settle } from './settle.ts'
import { type Pace, type StepRules, stepContainers } from './step.ts'
import { summarize } from './summary.ts'
import { isoSeconds } from './time.ts'

/** A new applied revision is due a day after the last one: usage has had a whole day to answer. */
const BETWEEN_CHANGES_MILLISECONDS = 24 * 3600 * 1000
const LAST_SEEN_GRAIN_MILLISECONDS = 24 * 3600 * 1000

/**
 * How a Recommendation goes on: what became of the revisions that run, then learned → peaks of runs → bounds → node → step →
 * autoscalers → applied. In `observe` the same is worked out as `wouldApply`; in `approve` it waits as `pending`. Pure.
 *
 * @returns `before` itself when there is nothing worth writing
 */
export function advance(
  before: RecommendationStatus | undefined,
  progress: Progress,
  rules: PublishRules,
): RecommendationStatus {
  const { mode, now } = progress
  const draft = settle({ ...before }, progress, rules)
  draft.mode = mode
  if (!draft.lastSeen || now.getTime() - Date.parse(draft.lastSeen) >= LAST_SEEN_GRAIN_MILLISECONDS)
    draft.lastSeen = isoSeconds(now)

  const learned = shape(progress, rules)
  if (learned.length > 0 && isWorthwhile(draft.learned?.containers, learned, rules.minimumChange)) {
    draft.learned = revise(draft, progress, learned)
  }
  apply(draft, progress, rules, learned.length > 0)
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
  const { mode } = progress
  const standing = mode === 'observe' ? draft.wouldApply : draft.applied
  const next = (pace: Pace) => nextApplied(standing, draft, progress, rules, isFresh ? pace : undefined)
  if (mode !== 'observe') delete draft.wouldApply
  if (mode !== 'approve') delete draft.pending
  if (mode === 'observe') {
    const would = next(paceOf(standing, progress))
    if (would) draft.wouldApply = would
    return
  }
  const mayTry = mayTryAgain(draft, progress.now)
  if (mode === 'approve') {
    const pending = mayTry ? next(paceOf(standing, progress)) : next('protecting')
    if (!pending || pending === standing) delete draft.pending
    else if (isWorthwhile(draft.pending?.containers, pending.containers, rules.minimumChange)) draft.pending = pending
    return
  }
  const urgent = mayTry && !rules.canary ? next(paceOf(standing, progress)) : next('protecting')
  if (urgent) draft.applied = urgent
  if (urgent !== standing || !mayTry || !rules.canary || draft.canary) return
  const tried = next(paceOf(standing, progress))
  if (tried && tried !== standing) draft.canary = { percent: rules.canary.percent, revision: tried }
}

function paceOf(standing: Revision | undefined, { now }: Progress): Pace {
  const isDue = !standing || now.getTime() - Date.parse(standing.time) >= BETWEEN_CHANGES_MILLISECONDS
  return isDue ? 'due' : 'waiting'
}

/** @param pace undefined: only autoscalers are minded */
function nextApplied(
  standing: Revision | undefined,
  draft: RecommendationStatus,
  progress: Progress,
  rules: PublishRules,
  pace: Pace | undefined,
): Revision | undefined {
  const from = standing?.containers ?? []
  const to = draft.learned?.containers
  const { author, autoscalers } = progress
  const stepped =
    pace && to ? stepContainers({ from, author, to, pace, rules: gentler(rules.step, draft.rollback?.count) }) : from
  // One container may rise while another has not come down yet.
  const fitted = fittedToNode(stepped, from, progress)
  const containers = holdForAutoscalers(fitted, autoscalers).map(withoutEvidence)
  if (containers.length === 0 || !isWorthwhile(standing?.containers, containers, rules.minimumChange)) return standing
  const { learned } = draft
  // One revision serves as both where it is new; an older one would set the applied revision's time back.
  if (learned?.time === isoSeconds(progress.now) && sameValues(containers, learned.containers))
    return { ...learned, containers }
  return { ...revise(draft, progress, containers), ...(pace && learned && { towards: learned.revision }) }
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
  const { learned, applied, wouldApply, pending, lastGood, canary, rollback, dropped = 0 } = status
  const known = [learned, applied, wouldApply, pending, lastGood, canary?.revision, rollback]
  const last = Math.max(dropped, ...known.map((revision) => revision?.revision ?? 0))
  return {
    revision: last + 1,
    time: isoSeconds(progress.now),
    source: 'observed',
    goal: progress.goal,
    containers: [...containers],
  }
}

function stateOf(status: RecommendationStatus): NonNullable<RecommendationStatus['state']> {
  const { mode, learned, applied, canary, pending, rollback } = status
  if (!learned) return 'Learning'
  if (mode === 'observe') return 'Observing'
  if (pending) return 'Pending'
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
const WHOLE = ['learned', 'applied', 'wouldApply', 'pending', 'lastGood', 'trial', 'canary', 'rollback'] as const

function sameStatus(a: RecommendationStatus | undefined, b: RecommendationStatus): boolean {
  return (
    a !== undefined &&
    WHOLE.every((field) => a[field] === b[field]) &&
    a.mode === b.mode &&
    a.dropped === b.dropped &&
    a.state === b.state &&
    a.lastSeen === b.lastSeen &&
    JSON.stringify(a.summary) === JSON.stringify(b.summary)
  )
}
