import type { RecommendationStatus, Revision } from '../api/index.ts'
import type { Placement } from '../fleet/index.ts'
import { type AppliedRecommendation, readApplied, type Variants, variantOf } from '../recommendations/index.ts'
import { drawsCanary } from '../sizing/index.ts'

/** Revision of a Pod that carries no revision, but whose record must stay because it contains the author's values. */
export const NO_REVISION = 0

/** Target of one running Pod: a revision, or the author's values. */
export type Target =
  | { readonly of: 'revision'; readonly revision: number; readonly values: AppliedRecommendation }
  | { readonly of: 'author' }

/** The Pod that a target is for. */
export interface TargetPod {
  readonly uid: string
  /** Revision that the Pod carries; undefined if nothing was injected. */
  readonly carries: { readonly revision: number } | undefined
  /** Whether it still has a limit from a revision that was rolled back. */
  readonly hasLeftover?: boolean | undefined
  /** Classes of the node that the Pod is on; none if they are not known. */
  readonly nodeClasses?: readonly string[] | undefined
  /** Whether the applied revision, or the canary, has caused trouble in this Pod. */
  readonly isInTrouble: boolean
}

/**
 * Target of a running Pod: the canary if the Pod is in its share, or else what is applied. A Pod in trouble is rolled back to the last
 * good revision before anything else happens to its workload. Running Pods draw canaries by uid.
 *
 * @returns undefined if nothing was ever injected into the Pod, and nothing is applied
 */
export function targetOf(
  status: RecommendationStatus,
  { uid, carries, hasLeftover, nodeClasses = [], isInTrouble }: TargetPod,
): Target | undefined {
  const { applied, canary, lastGood } = status
  const at = (revision: Revision) => onNode(revision, nodeClasses)
  if (isInTrouble) {
    if (carries?.revision === canary?.revision.revision && applied) return at(applied)
    return lastGood && lastGood.revision !== carries?.revision ? at(lastGood) : { of: 'author' }
  }
  if (canary) {
    const { revision, percent } = { revision: canary.revision.revision, percent: canary.percent }
    if (carries?.revision === revision || drawsCanary(uid, revision, percent)) return at(canary.revision)
  }
  if (applied) return at(applied)
  return carries || hasLeftover ? { of: 'author' } : undefined
}

/** Whether a Pod has its target, according to its record. */
export function has(
  {
    carries,
    placement,
  }: { readonly carries?: TargetPod['carries']; readonly placement: Pick<Placement, 'hasLeftover'> },
  target: Target,
): boolean {
  if (target.of === 'author') return carries === undefined && !placement.hasLeftover
  return carries?.revision === target.revision
}

/** Whether this target is a rollback for a Pod that carries a revision: then none of its values are lowered. */
export function isBack(target: Target, carried: number | undefined): boolean {
  return carried !== undefined && revisionOf(target) < carried
}

/** Number of the revision; the author's values count as `NO_REVISION`, before all revisions. */
export function revisionOf(target: Target): number {
  return target.of === 'revision' ? target.revision : NO_REVISION
}

function onNode(revision: Revision, classes: readonly string[]): Target {
  return { of: 'revision', revision: revision.revision, values: valuesOf(revision, classes) }
}

const parsed = new WeakMap<Revision, Variants<AppliedRecommendation>>()

/** Parsed values of a revision. They are kept as long as the revision is, because every Pod asks for them. */
function valuesOf(revision: Revision, classes: readonly string[]): AppliedRecommendation {
  const known: Variants<AppliedRecommendation> = parsed.get(revision) ?? new Map()
  parsed.set(revision, known)
  return variantOf(known, classes, () => readApplied(revision, classes))
}
