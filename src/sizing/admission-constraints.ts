import type { PodSlot } from '../policy/index.ts'
import { type Allotment, type Nanos, RESOURCES, type ResourceName, readable } from '../resources/index.ts'
import { type Draft, type Drafts, revertToAuthor, valuesOf } from './draft.ts'
import { max, min } from './extremes.ts'
import { type LimitRules, NO_LIMIT_RULES, passes } from './limit-range.ts'
import { podTotal } from './pod-total.ts'
import { type Amounts, charges, QUOTA_KEYS, type Quota, type QuotaKey } from './quota.ts'

/** Constraints of the Pod's namespace, as last seen, which the API server enforces after the webhook. */
export interface AdmissionConstraints {
  readonly limits: LimitRules
  readonly quotas: readonly Quota[]
  /** Number of Pods for which a quota must have room; 10 if undefined. */
  readonly concurrentPods?: bigint | undefined
}

export const NO_CONSTRAINTS: AdmissionConstraints = { limits: NO_LIMIT_RULES, quotas: [] }

/**
 * A Pod gets more than its author asked for only if the rest of the quota has room for this many raises: other Pods may be created
 * at the same time, which the quota as last seen does not show. This webhook's earlier answers do not count, because anybody can
 * request them.
 */
const CONCURRENT_PODS = 10n

export function hasRules({ container, pod }: LimitRules): boolean {
  return [container, pod].some(({ cpu, memory }) => cpu !== undefined || memory !== undefined)
}

/** What one raised Pod may be charged under the quotas that count it; a key that is missing is not limited. */
export function roomFor(quotas: readonly Quota[], concurrentPods = CONCURRENT_PODS): Amounts {
  const room: Partial<Record<QuotaKey, Nanos>> = {}
  for (const key of QUOTA_KEYS) {
    const lefts = quotas.flatMap(({ left }) => left[key] ?? [])
    if (lefts.length > 0) room[key] = lefts.reduce(min) / concurrentPods
  }
  return room
}

/** Limits on the Pod as a whole. */
export interface PodLimits {
  readonly limits: LimitRules
  readonly room: Amounts
  readonly overhead: Readonly<Record<ResourceName, Nanos>>
}

/**
 * Reverts changes that violate a limit on the whole Pod: if the Pod's sum is too large, raised containers return to their authors'
 * values; if it is too small, lowered containers do.
 */
export function fitPod(drafts: Drafts, slots: readonly PodSlot[], { limits, room, overhead }: PodLimits): Drafts {
  let fitted = drafts
  for (const [at, resource] of RESOURCES.entries()) {
    const rule = limits.pod[resource]
    const authors = chargesOf(slots, drafts, at, overhead, authorOf)
    let before: Drafts
    do {
      before = fitted
      const total = podTotal(partsOf(slots, fitted, at, valuesOf))
      if (rule && !passes(total, rule)) {
        fitted = revertToAuthor(fitted, [resource], 'HeldByPodLimitRange', (draft) => strays(draft, total, rule))
        // A ratio, or a limit that nobody set, is a problem of the whole Pod: no single container causes it.
        if (before === fitted) fitted = revertToAuthor(fitted, [resource], 'HeldByPodLimitRange')
      }
      const charged = chargesOf(slots, fitted, at, overhead, valuesOf)
      for (const field of ['request', 'limit'] as const) {
        if (!isOver(charged, authors, room, `${field}s.${resource}`)) continue
        fitted = revertToAuthor(fitted, [resource], 'HeldByQuota', (draft) => isRaised(draft, field))
      }
      // Every round except the last one reverts something, so this loop ends.
    } while (before !== fitted)
  }
  return fitted
}

/**
 * Whether LimitRanger and ResourceQuota admit the Pod, as far as is known. A charge that is no higher than that of the Pod as it
 * is now passes the quota.
 */
export function isAdmissible(
  drafts: Drafts,
  slots: readonly PodSlot[],
  { limits, room, overhead }: PodLimits,
): boolean {
  const carried = chargesOfCarried(slots, overhead)
  return RESOURCES.every((resource, at) => {
    const [container, pod] = [limits.container[resource], limits.pod[resource]]
    if (container && !drafts.every((resources) => passes(valuesOf(resources[at]!), container))) return false
    if (pod && !passes(podTotal(partsOf(slots, drafts, at, valuesOf)), pod)) return false
    const charged = chargesOf(slots, drafts, at, overhead, valuesOf)
    return !(['request', 'limit'] as const).some((field) => isOver(charged, carried, room, `${field}s.${resource}`))
  })
}

function chargesOfCarried(slots: readonly PodSlot[], overhead: PodLimits['overhead']): Amounts {
  const total = (resource: ResourceName) =>
    podTotal(slots.map(({ kind, carried }) => ({ kind, ...readable(carried[resource]) })))
  return charges({ cpu: total('cpu'), memory: total('memory') }, overhead)
}

function chargesOf(
  slots: readonly PodSlot[],
  drafts: Drafts,
  at: number,
  overhead: PodLimits['overhead'],
  pick: (draft: Draft) => Allotment,
): Amounts {
  const nothing: Allotment = {}
  const total = podTotal(partsOf(slots, drafts, at, pick))
  return charges({ cpu: nothing, memory: nothing, [RESOURCES[at]!]: total }, overhead)
}

function isOver(charged: Amounts, before: Amounts, room: Amounts, key: QuotaKey): boolean {
  const now = charged[key] ?? 0n
  return now > max(room[key] ?? now, before[key] ?? 0n)
}

/** Whether a draft contributes to a sum that is too large or too small. */
function strays(
  draft: Draft,
  { request = 0n, limit = 0n }: Allotment,
  { min = 0n, max }: { min?: Nanos; max?: Nanos },
) {
  if (max !== undefined && (request > max || limit > max)) return isRaised(draft, 'request') || isRaised(draft, 'limit')
  return (request < min || limit < min) && (isLowered(draft, 'request') || isLowered(draft, 'limit'))
}

function isRaised(draft: Draft, field: keyof Allotment): boolean {
  return (valuesOf(draft)[field] ?? 0n) > (draft.author[field] ?? 0n)
}

function isLowered(draft: Draft, field: keyof Allotment): boolean {
  return (valuesOf(draft)[field] ?? 0n) < (draft.author[field] ?? 0n)
}

function partsOf(slots: readonly PodSlot[], drafts: Drafts, at: number, pick: (draft: Draft) => Allotment) {
  return slots.map(({ kind }, i) => ({ kind, ...pick(drafts[i]![at]!) }))
}

function authorOf({ author }: Draft): Allotment {
  return author
}
