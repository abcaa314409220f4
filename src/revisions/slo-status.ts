import { isoSeconds, MAX_OBJECTIVES, type RecommendationStatus, type Revision, type SloStatus } from '../api/index.ts'
import { budgetLeft, type SloReading, shareOf } from '../slos/index.ts'
import { BY_PLIMSOLL, type RevisionEvent } from './events.ts'
import type { ReconcileInput, ReconcileRules } from './reconcile-input.ts'
import { conditionOf, isMissingState, storedOf, whyMissing } from './slo-gate.ts'
import { judgeSlos, type SloFacts, type SloVerdict } from './slo-guard.ts'
import { valuesBefore } from './takes-away.ts'
import { shorten } from './text.ts'
import { changed, type Transition, unchanged, without } from './transition.ts'

type Input = Pick<ReconcileInput, 'slos' | 'degraded' | 'pods' | 'author' | 'now'>

/** Figures are replaced at most this often while the state stays the same: otherwise they would be written every minute. */
const REFRESH_MILLISECONDS = 3_600_000
/** Changes that are worth a write: of the share relative to the budget, and of the remaining budget. */
const WORTHWHILE = 0.25
const WORTHWHILE_LEFT = 0.1
/** How long Prometheus may be unreachable before the status says so; the gate does not wait for that. */
const SILENCE_MILLISECONDS = 10 * 60_000

const MAX_NAME = 63
const MAX_TEXT = 120

/** What the judge needs to know about the SLOs; undefined if the workload has none. */
export function sloFactsOf(
  { slos = [], degraded = [], now }: Pick<ReconcileInput, 'slos' | 'degraded' | 'now'>,
  { slo }: Pick<ReconcileRules, 'slo'>,
): SloFacts | undefined {
  return slos.length === 0 ? undefined : { readings: slos, degraded, rules: slo, now }
}

/**
 * Updates the status of a workload's SLOs: for each objective its state, figures, and why a revision is not blamed although the budget
 * burns fast. An entry stays the same until its state changes, or its figures change enough.
 */
export function noteSlos(status: RecommendationStatus, input: Input, rules: Pick<ReconcileRules, 'slo'>): Transition {
  const { slos = [], now } = input
  if (slos.length === 0) return unchanged(without(status, 'slos'))
  const verdicts = verdictsOn(status, input, rules)
  const events: RevisionEvent[] = []
  const entries = slos.slice(0, MAX_OBJECTIVES).map((reading) => {
    const stored = storedOf(reading, status)
    const verdict = verdicts.find(({ objective }) => objective === reading.objective)
    const next = entryOf(reading, stored, verdict, now)
    const isNew = next.state === 'BurningFast' && stored?.state !== 'BurningFast'
    if (isNew && verdict?.isToBlame === false)
      events.push({ reason: 'SloBurning', by: BY_PLIMSOLL, message: verdict.message })
    return stored && !isWorthWriting(stored, next, now) ? stored : next
  })
  return changed({ ...status, slos: entries }, ...events)
}

function verdictsOn(status: RecommendationStatus, input: Input, rules: Pick<ReconcileRules, 'slo'>): SloVerdict[] {
  const facts = sloFactsOf(input, rules)
  if (!facts) return []
  const { applied, canary, lastGood } = status
  const { author, pods } = input
  const of = (revision: Revision | undefined, last: Revision | undefined) =>
    revision && revision.revision !== last?.revision
      ? judgeSlos({ revision, before: valuesBefore(last, author), author, pods }, facts)
      : []
  return [...of(canary?.revision, applied), ...of(applied, lastGood)]
}

function entryOf(
  reading: SloReading,
  stored: SloStatus | undefined,
  verdict: SloVerdict | undefined,
  now: Date,
): SloStatus {
  const { objective, burn, readAtSeconds } = reading
  // A few Pods that burn the budget fast may not show among all Pods.
  const state = verdict ? 'BurningFast' : conditionOf(reading, stored, now)
  const share = burn && !isMissingState(state) ? shareOf(burn.long) : undefined
  const left = budgetLeft(reading)
  const message =
    verdict !== undefined
      ? verdict.message
      : isMissingState(state) && reading.state === 'Found'
        ? whyMissing(state)
        : reading.message
  return {
    ...{ name: shorten(objective.name, MAX_NAME), kind: objective.kind, text: shorten(objective.text, MAX_TEXT) },
    ...{ state, budget: objective.budget },
    ...(share !== undefined && { share: Number(share.toPrecision(2)) }),
    ...(left !== undefined && { budgetLeft: Math.max(-99, Number(left.toFixed(2))) }),
    time: isoSeconds(new Date(readAtSeconds * 1000)),
    ...(message !== undefined && { message: shorten(message) }),
  }
}

function isWorthWriting(stored: SloStatus, next: SloStatus, now: Date): boolean {
  const age = now.getTime() - Date.parse(stored.time)
  if (stored.state !== next.state) {
    const isSilent = next.state === 'Unreachable' || next.state === 'Stale'
    return !(isSilent && !isMissingState(stored.state) && age < SILENCE_MILLISECONDS)
  }
  if (stored.text !== next.text || stored.budget !== next.budget) return true
  if (age < REFRESH_MILLISECONDS) return false
  const [share, was] = [next.share ?? 0, stored.share ?? 0]
  return (
    Math.abs(share - was) >= WORTHWHILE * Math.max(next.budget, was) ||
    Math.abs((next.budgetLeft ?? 1) - (stored.budgetLeft ?? 1)) >= WORTHWHILE_LEFT ||
    stored.message !== next.message
  )
}
