import type { RecommendationStatus } from '../../api/index.ts'
import { type ReasonCode, runningOf } from '../../policy/index.ts'
import { type Workload, workloadKey } from '../../workloads/index.ts'
import type { Finding } from '../finding.ts'
import type { ApplicableWorkload, Candidate } from '../plan-fleet.ts'
import { has, type Target } from '../target.ts'
import { type Need, needOf } from './need.ts'
import { isOwnerKind, type OwnerKind } from './owner.ts'

/** A Pod that may have to be restarted. */
export interface RestartCandidate {
  readonly candidate: Candidate
  readonly need: Need
  readonly owner: Workload & { readonly kind: OwnerKind }
  /** Why a resize is not enough. */
  readonly why: Finding
  /** Whether a new Pod would get this Pod's target values. */
  readonly mayReplace: boolean
}

export interface RestartChoice {
  /** At most one Pod of each owner, the most urgent first. */
  readonly chosen: readonly RestartCandidate[]
  /** Reasons why Pods are not restarted, by uid. */
  readonly left: ReadonlyMap<string, ReasonCode>
}

/** Time after which every webhook knows the applied revision. */
const SPREAD_MILLISECONDS = 60_000

/**
 * Chooses the Pods to restart among those for which a resize is not enough. Pods are never restarted for a canary: a successor draws
 * again, and may not get it. Pure.
 *
 * @param candidates in order of urgency
 */
export function chooseRestarts(
  candidates: Iterable<Candidate>,
  findingOf: (uid: string) => Finding | undefined,
): RestartChoice {
  const left = new Map<string, ReasonCode>()
  const chosen = new Map<string, RestartCandidate>()
  const reaching = new Map<ApplicableWorkload, boolean>()
  for (const candidate of candidates) {
    const { entry, pod, target } = candidate
    const why = findingOf(pod.uid)
    const need = needOf(why?.reason)
    const isAllowed = runningOf(entry.effective, pod.placement.applyRunning) === 'inPlaceOrRestart'
    if (!why || !need || !isAllowed || isCanary(target, entry.status)) continue
    if (!entry.mayStart) {
      left.set(pod.uid, 'ChangesStopped')
      continue
    }
    const owner = pod.controllers ?? entry.workload
    if (!isReplaced(owner)) {
      left.set(pod.uid, 'NotRestarted')
      continue
    }
    const key = workloadKey(owner)
    if (chosen.has(key)) {
      left.set(pod.uid, 'WaitsForOthers')
      continue
    }
    const mayReplace = reaching.get(entry) ?? reachesNewPods(entry, target)
    reaching.set(entry, mayReplace)
    if (need !== 'container' && !mayReplace) {
      left.set(pod.uid, 'RestartDoesNotHelp')
      continue
    }
    chosen.set(key, { candidate, need, owner, why, mayReplace })
  }
  return { chosen: [...chosen.values()], left }
}

function isReplaced(owner: Workload): owner is Workload & { readonly kind: OwnerKind } {
  return isOwnerKind(owner.kind)
}

function isCanary(target: Target, { canary }: RecommendationStatus): boolean {
  return target.of === 'revision' && target.revision === canary?.revision.revision
}

/** Whether newer Pods get the applied revision: if one did not, the next would not get it either. */
function reachesNewPods({ pods, status: { applied, changelog = [] } }: ApplicableWorkload, target: Target): boolean {
  if (target.of !== 'revision' || target.revision !== applied?.revision) return true
  const appliedAt = changelog.findLast(({ revision }) => revision === applied.revision)?.time ?? applied.time
  const since = Date.parse(appliedAt) + SPREAD_MILLISECONDS
  return !pods.some((pod) => pod.placement.isRunning && Date.parse(pod.createdAt) > since && !has(pod, target))
}
