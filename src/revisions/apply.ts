import { type RecommendationStatus, type Revision, readValues, type Values } from '../api/index.ts'
import { readable } from '../resources/index.ts'
import { applying, changesTo, movesValues } from './applying.ts'
import { directionOf } from './direction.ts'
import { BY_PLIMSOLL, type RevisionEvent } from './events.ts'
import { isWorthwhile } from './minimum-change.ts'
import { lastLowered, type Pace, paceOf } from './pace.ts'
import { propose, splitProposal } from './propose.ts'
import type { ReconcileInput, ReconcileRules } from './reconcile-input.ts'
import { revise, revisionOf } from './revise.ts'
import { mayTryAgain } from './rollback.ts'
import { sloWaitOf } from './slo-gate.ts'
import { type ApprovalSplit, splitByApproval } from './split-by-approval.ts'
import { isStopped, stopOf, waitOf, youthOf } from './stop.ts'
import { changed, inTurn, type Transition, unchanged, without } from './transition.ts'

/** Mode `observe`: only computes what would be applied, as `wouldApply`. */
export function observe(status: RecommendationStatus, input: ReconcileInput, rules: ReconcileRules): Transition {
  const before = without(status, 'pending', 'rejected', 'waiting')
  const pace = isFresh(input) ? paceOfPreview(before, input, rules) : undefined
  const values = gated(propose(before.wouldApply, before, input, rules, pace), before, input)
  const next = revisionOf(values, before.wouldApply, before, input, rules, pace !== undefined)
  return unchanged(next === before.wouldApply ? before : { ...before, ...(next && { wouldApply: next }) })
}

/** The values, with those kept at their level that an SLO keeps from being lowered. */
function gated(values: Values, status: RecommendationStatus, input: ReconcileInput): Values {
  if (!sloWaitOf(input, status)) return values
  const from = readValues(status.wouldApply?.containers)
  return splitByApproval(from, values, (container, resource, value) => {
    const inForce = from.get(container)?.[resource] ?? readable(input.author.get(container)?.[resource] ?? {})
    const { raises } = directionOf(resource, inForce, value, undefined)
    return { disposition: raises ? 'apply' : 'slo', grant: 'Learned' }
  }).granted
}

/** Modes `approve` and `auto`: applies what may be applied, starts a canary, asks for approval, and says why something waits. */
export function apply(status: RecommendationStatus, input: ReconcileInput, rules: ReconcileRules): Transition {
  const { direct, tried, isPartialView } = paces(status, input, rules)
  const first = grant(without(status, 'wouldApply'), input, rules, direct)
  const hasApplied = first.status.applied !== status.applied
  const second = tried && !hasApplied ? tryCanary(first.status, input, rules, tried) : undefined
  const { split } = second ?? first
  return inTurn(
    (second ?? first).status,
    (before) => ({ status: before, events: [...first.events, ...(second?.events ?? [])] }),
    // During a canary, or without fresh usage, values that may still need approval were not looked at.
    (before) => (!isPartialView || second || split.asked ? ask(before, input, rules, split) : unchanged(before)),
    (before) => wait(before, input, rules, split),
  )
}

/** How values may move now: `direct` for all Pods, `tried` for a canary first; undefined if none may move. */
function paces(status: RecommendationStatus, input: ReconcileInput, rules: ReconcileRules) {
  if (!isFresh(input)) return { direct: undefined, tried: undefined, isPartialView: true }
  const mayTry = mayTryAgain(status, input.now)
  const pace: Pace = mayTry ? paceOfApplied(status, input, rules) : 'protecting'
  // Approved values are applied directly, without a canary.
  if (input.mode !== 'auto' || !rules.canary) return { direct: pace, tried: undefined, isPartialView: false }
  const tried = mayTry && !status.canary ? pace : undefined
  return { direct: 'protecting' as const, tried, isPartialView: mayTry }
}

interface Granted extends Transition {
  readonly split: ApprovalSplit
}

/** Applies values to all Pods that need no canary. */
function grant(
  status: RecommendationStatus,
  input: ReconcileInput,
  rules: ReconcileRules,
  pace: Pace | undefined,
): Granted {
  const split = splitProposal(status.applied, status, input, rules, pace)
  const next = revisionOf(split.granted, status.applied, status, input, rules, pace !== undefined)
  if (!next || next === status.applied) return { ...unchanged(status), split }
  return { ...applying(status, next, input, causeOf(status, next, input, split)), split }
}

/** Why a revision is applied: the strongest of the grants of its values, and who gave it. */
function causeOf(
  { applied }: RecommendationStatus,
  next: Revision,
  { spec }: ReconcileInput,
  { grants }: ApprovalSplit,
): Pick<RevisionEvent, 'reason' | 'by'> {
  if (grants.has('RaisedAfterOomKill')) return { reason: 'RaisedAfterOomKill', by: BY_PLIMSOLL }
  if (grants.has('RaisedForPressure')) return { reason: 'RaisedForPressure', by: BY_PLIMSOLL }
  if (grants.has('Approved')) return { reason: 'Approved', by: spec.approval!.approver }
  return {
    reason: movesValues(readValues(applied?.containers), readValues(next.containers)) ? 'Learned' : 'Autoscaler',
    by: BY_PLIMSOLL,
  }
}

/** Starts a canary: gives the new values to a share of the Pods first. */
function tryCanary(status: RecommendationStatus, input: ReconcileInput, rules: ReconcileRules, pace: Pace): Granted {
  const split = splitProposal(status.applied, status, input, rules, pace)
  const next = revisionOf(split.granted, status.applied, status, input, rules, true)
  if (!next || next === status.applied) return { ...unchanged(status), split }
  const event: RevisionEvent = {
    ...{ reason: 'CanaryStarted', by: BY_PLIMSOLL, revision: next.revision },
    ...changesTo(readValues(next.containers), readValues(status.applied?.containers), input),
  }
  return { ...changed({ ...status, canary: { percent: rules.canary!.percent, revision: next } }, event), split }
}

/** Makes the values that need approval the `pending` revision. */
function ask(
  status: RecommendationStatus,
  input: ReconcileInput,
  { minimumChange }: ReconcileRules,
  { granted, asked }: ApprovalSplit,
): Transition {
  if (!asked || !isWorthwhile(granted, asked, minimumChange)) return unchanged(without(status, 'pending'))
  if (!isWorthwhile(status.pending && readValues(status.pending.containers), asked, minimumChange))
    return unchanged(status)
  const { learned } = status
  const pending = { ...revise(status, input, asked), ...(learned && { towards: learned.revision }) }
  const event: RevisionEvent = {
    ...{ reason: 'PendingApproval', by: BY_PLIMSOLL, revision: pending.revision },
    ...changesTo(asked, readValues(status.applied?.containers), input),
  }
  return changed({ ...status, pending }, event)
}

/**
 * Records why something waits. Also reports that it no longer waits, unless it only waited for time to pass: then the applied revision
 * shows it.
 */
function wait(
  status: RecommendationStatus,
  input: ReconcileInput,
  { approval }: ReconcileRules,
  { waits, isYoung, isGated }: ApprovalSplit,
): Transition {
  const before = status.waiting
  const youth = isYoung ? youthOf(input, approval.minimumDays) : undefined
  const waiting =
    stopOf(input) ?? (waits ? waitOf(input) : undefined) ?? (isGated ? sloWaitOf(input, status) : undefined) ?? youth
  if (!waiting) {
    const isResumed = before !== undefined && isStopped(before)
    const next = without(status, 'waiting')
    return isResumed ? changed(next, { reason: 'Resumed', by: BY_PLIMSOLL }) : unchanged(next)
  }
  if (JSON.stringify(waiting) === JSON.stringify(before)) return unchanged(status)
  const next = { ...status, waiting }
  // Every new workload is young for a while, so this is no event.
  if (waiting.because === before?.because || waiting.because === 'Young') return unchanged(next)
  const by = waiting.because === 'Held' ? input.spec.hold!.by : BY_PLIMSOLL
  return changed(next, { reason: waiting.because, by, message: waiting.message })
}

function isFresh({ learned }: ReconcileInput): boolean {
  return learned.length > 0
}

function paceOfApplied(status: RecommendationStatus, { now }: ReconcileInput, { pace }: ReconcileRules): Pace {
  const lowered = lastLowered(status, now.getTime() - pace.betweenDecreasesMilliseconds)
  return paceOf(status.applied, status, lowered, now, pace)
}

/** There is no changelog of what would be applied, so each revision counts as a decrease. */
function paceOfPreview(status: RecommendationStatus, { now }: ReconcileInput, { pace }: ReconcileRules): Pace {
  const { wouldApply } = status
  return paceOf(wouldApply, status, wouldApply && Date.parse(wouldApply.time), now, pace)
}
