import type { ContainerRecommendation, RecommendationStatus, Revision } from '../api/index.ts'
import { isWorthwhile } from './minimum-change.ts'
import type { ReconcileInput, ReconcileRules } from './reconcile-input.ts'
import { isoSeconds } from './time.ts'

/** A new revision, under a number that was never given. */
export function revise(
  status: RecommendationStatus,
  input: ReconcileInput,
  containers: readonly ContainerRecommendation[],
): Revision {
  return {
    revision: highestOf(status) + 1,
    time: isoSeconds(input.now),
    source: 'observed',
    goal: input.goal,
    containers: [...containers],
  }
}

/** @returns `standing` itself where the change is not worth a revision */
export function revisionOf(
  containers: readonly ContainerRecommendation[],
  standing: Revision | undefined,
  draft: RecommendationStatus,
  input: ReconcileInput,
  rules: ReconcileRules,
  isStep: boolean,
): Revision | undefined {
  if (containers.length === 0 || !isWorthwhile(standing?.containers, containers, rules.minimumChange)) return standing
  const { learned, pending } = draft
  const time = isoSeconds(input.now)
  // One revision serves as both where it is new; an older one would set the applied revision's time back.
  if (learned?.time === time && sameValues(containers, learned.containers))
    return { ...learned, containers: [...containers] }
  // What was approved keeps its number.
  if (pending && sameValues(containers, pending.containers)) return { ...pending, time }
  return { ...revise(draft, input, containers), ...(isStep && learned && { towards: learned.revision }) }
}

/** The highest number that has been given, as far as a status tells. */
export function highestOf(status: RecommendationStatus): number {
  const { learned, applied, wouldApply, pending, rejected, lastGood, canary, rollback, dropped = 0 } = status
  const known = [learned, applied, wouldApply, pending, rejected, lastGood, canary?.revision, rollback]
  return Math.max(dropped, ...known.map((revision) => revision?.revision ?? 0))
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
