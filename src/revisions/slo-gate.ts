import type { RecommendationStatus, SloCondition, SloStatus, Waiting } from '../api/index.ts'
import {
  isAboveBudget,
  isBurning,
  isFastBurn,
  isKnown,
  type Requests,
  type SloReading,
  shareOf,
  sumOf,
} from '../slos/index.ts'
import { type PodHealth, receivedAt } from './pod-health.ts'
import { percent, shorten } from './text.ts'

/** The SLOs of a workload. */
interface Case {
  /** Readings of all objectives of the workload; undefined if it has none. */
  readonly slos?: readonly SloReading[] | undefined
  readonly now: Date
}

type Stored = Pick<RecommendationStatus, 'slos'>

/** State of an objective. Once it burns, its share must fall further before it counts as met again. */
export function conditionOf(reading: SloReading, stored: SloStatus | undefined, now: Date): SloCondition {
  const { state, burn, objective } = reading
  if (!isKnown(reading, now.getTime() / 1000)) return state === 'Found' ? 'Stale' : state
  if (!burn || shareOf(burn.long) === undefined) return 'NoRequests'
  if (isFastBurn(burn, objective.budget)) return 'BurningFast'
  return isBurning(reading, stored !== undefined && isBurningState(stored.state)) ? 'Burning' : 'Met'
}

function isBurningState(state: SloCondition): boolean {
  return state === 'Burning' || state === 'BurningFast'
}

export function isMissingState(state: SloCondition): boolean {
  return state !== 'Met' && state !== 'NoRequests' && !isBurningState(state)
}

/** What the Recommendation stores about an objective; undefined if nothing yet. */
export function storedOf({ objective: { name, kind } }: SloReading, { slos = [] }: Stored): SloStatus | undefined {
  return slos.find((one) => one.name === name && one.kind === kind)
}

/**
 * Why nothing may be lowered: an SLO burns its error budget, or it is unknown whether it does. Undefined if values may be lowered.
 *
 * @param stored what the Recommendation says; its figures are used, so that the message does not change every minute
 */
export function sloWaitOf({ slos = [], now }: Case, stored: Stored): Waiting | undefined {
  let missing: Waiting | undefined
  for (const reading of slos) {
    const { objective } = reading
    const known = storedOf(reading, stored)
    const condition = conditionOf(reading, known, now)
    if (!isMissingState(condition)) {
      // The few changed Pods may burn the budget although all Pods together do not.
      if (!isBurningState(condition) && known?.state !== 'BurningFast') continue
      return { because: 'SloBurning', message: shorten(verdictIn(known) ?? figuresOf(reading, known)) }
    }
    if (objective.ignoreMissing) continue
    const said = known && isMissingState(known.state) ? known.message : undefined
    missing ??= { because: 'SloMissing', message: shorten(`SLO ${objective.name}: ${said ?? whyMissing(condition)}`) }
  }
  return missing
}

/** The judge's message about a change; other messages come from the reading. */
function verdictIn(stored: SloStatus | undefined): string | undefined {
  return stored?.state === 'BurningFast' && stored.message?.startsWith(`SLO ${stored.name} `)
    ? stored.message
    : undefined
}

function figuresOf({ objective, burn }: SloReading, stored: SloStatus | undefined): string {
  const share = stored?.share ?? (burn && shareOf(burn.long)) ?? 0
  const figures = `${percent(share)} of the requests are bad; ${percent(objective.budget)} may be bad`
  return `SLO ${objective.name} (${objective.text}): ${figures}`
}

/** Why the state of an objective is unknown, if no other message says it. */
export function whyMissing(condition: SloCondition): string {
  return MISSING[condition] ?? condition
}

const MISSING: Partial<Record<SloCondition, string>> = {
  NoSeries: 'Prometheus has no series for it',
  Stale: 'its series have ended',
  Unreachable: 'Prometheus does not answer',
  Invalid: 'it cannot be used',
}

/**
 * Whether running Pods may be lowered: values may be lowered, and the Pods of a revision that is not proven good yet burn no budget. A
 * few of many Pods hardly show among all requests, so they are checked separately, in the short burn window.
 */
export function mayLowerPods(
  { applied, canary, lastGood, ...status }: RecommendationStatus,
  { slos = [], pods, now }: Case & { readonly pods: readonly PodHealth[] },
): boolean {
  if (sloWaitOf({ slos, now }, status)) return false
  const onTrial = [canary?.revision, applied?.revision === lastGood?.revision ? undefined : applied]
  return !onTrial.some((revision) => {
    if (!revision) return false
    const carriers = pods.filter((pod) => receivedAt(pod, revision) !== undefined)
    return slos.some(({ byPod, objective }) => {
      const requests = carriers.flatMap(({ name }): Requests[] => {
        const burn = name === undefined ? undefined : byPod?.get(name)
        return burn ? [burn.short] : []
      })
      return isAboveBudget(sumOf(requests), objective.budget)
    })
  })
}
