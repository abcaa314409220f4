import { isoSeconds, NO_VALUES, RecommendationStatus, readValues, type Values, writeValues } from '../api/index.ts'
import { clampValues } from '../policy/index.ts'
import { apply, observe } from './apply.ts'
import { withInjectedLimits } from './applying.ts'
import { refreshed } from './certainty.ts'
import { appended, changesOf } from './changelog.ts'
import { peaksOfRuns } from './demand.ts'
import { evaluateRunning } from './evaluate-running.ts'
import { BY_PLIMSOLL, type RevisionEvent } from './events.ts'
import { keepIdleLimits } from './idle-limits.ts'
import { cappedAtNode } from './largest-node.ts'
import { isWorthwhile } from './minimum-change.ts'
import { coveringVariants, withVariants } from './node-classes.ts'
import type { ReconcileInput, ReconcileRules } from './reconcile-input.ts'
import { highestOf, revise } from './revise.ts'
import { noteSlos } from './slo-status.ts'
import { isStopped } from './stop.ts'
import { summarize } from './summary.ts'
import { changed, inTurn, type Transition, unchanged, without } from './transition.ts'

const LAST_SEEN_GRAIN_MILLISECONDS = 24 * 3600 * 1000

/** The next status of a Recommendation, and the events on the way to it, in order. */
export type Reconciled = Transition

/**
 * Computes the next status of a Recommendation: first it evaluates the running revisions, then learned → peaks of runs → bounds → node
 * → step → autoscalers → approval → applied. Values without enough confidence for the workload's criticality, or not approved in mode
 * `approve`, become `pending`; in mode `observe`, everything is only computed as `wouldApply`. Pure.
 *
 * @returns `before` itself as the status if nothing is worth writing
 */
export function reconcile(
  before: RecommendationStatus | undefined,
  given: ReconcileInput,
  rules: ReconcileRules,
): Reconciled {
  const input = withVariants(given)
  // No number is ever used twice: Pods carry it, and people refer to it.
  const highest = highestOf(before ?? {})
  const { status, events: all } = inTurn(
    { ...before, dropped: highest },
    (now) => noteSlos(now, input, rules),
    (now) => evaluateRunning(now, input, rules),
    (now) => unchanged({ ...without(now, 'running', 'startup'), ...observed(now, input) }),
    (now) => unchanged(learn(now, input, rules)),
    (now) => (input.mode === 'observe' ? observe(now, input, rules) : apply(now, input, rules)),
    (now) => reportExpiry(now, input),
  )
  const events = all.map((event) => withInjectedLimits(event, rules.policy.limits, input.heapFollowers))
  const after = finish(before, status, events, input, highest)
  return before && isSameStatus(before, after) ? unchanged(before) : { status: after, events }
}

/** Facts of the input about the workload itself. */
function observed({ lastSeen }: RecommendationStatus, { mode, criticality, running, startup, now }: ReconcileInput) {
  const isSeen = lastSeen && now.getTime() - Date.parse(lastSeen) < LAST_SEEN_GRAIN_MILLISECONDS
  const told = { ...(running && { running }), ...(startup && { startup }) }
  return { mode, criticality, lastSeen: isSeen ? lastSeen : isoSeconds(now), ...told }
}

/** Updates the learned revision: a new one if the values changed enough, else the current one with the new confidence. */
function learn(status: RecommendationStatus, input: ReconcileInput, rules: ReconcileRules): RecommendationStatus {
  const { learned } = status
  const before = learned && readValues(learned.containers)
  const values = allowed(input, rules, before ?? NO_VALUES)
  if (values.size > 0 && isWorthwhile(before, values, rules.minimumChange))
    return { ...status, learned: revise(status, input, values) }
  if (!learned) return status
  const now = refreshed(before!, values)
  return now === before ? status : { ...status, learned: { ...learned, containers: writeValues(now) } }
}

/** The learned values, limited by the bounds and the largest node. */
function allowed(input: ReconcileInput, { policy, minimumChange }: ReconcileRules, before: Values): Values {
  const inBounds = clampValues(peaksOfRuns(input.kind, readValues(input.learned)), policy)
  const covering = coveringVariants(cappedAtNode(inBounds, input))
  return keepIdleLimits(covering, before, input.author, policy.limits, minimumChange)
}

/** Reports an expired approval once, as far back as the changelog reaches. */
function reportExpiry(status: RecommendationStatus, { spec: { approval }, now }: ReconcileInput): Transition {
  if (!approval || now < new Date(approval.expires)) return unchanged(status)
  const { revision } = approval
  const isReported = status.changelog?.some(
    (change) => change.reason === 'ApprovalExpired' && change.revision === revision,
  )
  return isReported ? unchanged(status) : changed(status, { reason: 'ApprovalExpired', by: BY_PLIMSOLL, revision })
}

/** Adds the derived fields: the changelog, the highest revision number if no other field has it, state and summary. */
function finish(
  before: RecommendationStatus | undefined,
  { dropped: _, ...status }: RecommendationStatus,
  events: readonly RevisionEvent[],
  input: ReconcileInput,
  given: number,
): RecommendationStatus {
  const dropped = highestOf(status) >= given ? before?.dropped : given
  const added = changesOf(events, input.now)
  return {
    ...status,
    ...(added.length > 0 && { changelog: appended(status.changelog ?? [], added) }),
    ...(dropped !== undefined && { dropped }),
    state: stateOf(status),
    summary: summarize(status, input),
  }
}

function stateOf(status: RecommendationStatus): NonNullable<RecommendationStatus['state']> {
  const { mode, learned, applied, canary, pending, rollback, waiting } = status
  if (!learned) return 'Learning'
  if (mode === 'observe') return 'Observing'
  if (waiting && isStopped(waiting)) return 'Held'
  if (pending) return 'Pending'
  if (waiting) return 'Waiting'
  if (canary) return 'Canary'
  // The state is only `RolledBack` until a later revision is applied.
  if (rollback && (applied?.revision ?? 0) < rollback.revision) return 'RolledBack'
  return applied ? 'Applied' : 'Learning'
}

const FIELDS = Object.keys(RecommendationStatus.shape) as readonly (keyof RecommendationStatus)[]

/** Compares every field of the schema, so that none can be forgotten. Most fields are the same objects, so this is cheap. */
function isSameStatus(a: RecommendationStatus, b: RecommendationStatus): boolean {
  return FIELDS.every((field) => a[field] === b[field] || JSON.stringify(a[field]) === JSON.stringify(b[field]))
}
