import type { PodSlot } from '../policy/index.ts'
import { type Allotment, type Nanos, RESOURCES, type ResourceName, readable } from '../resources/index.ts'
import { type Draft, type Drafts, revertToAuthor, valuesOf } from './draft.ts'
import { max, min } from './extremes.ts'
import { type LimitRules, NO_LIMIT_RULES, passes } from './limit-range.ts'
import { podTotal } from './pod-total.ts'
import { type Amounts, charges, QUOTA_KEYS, type Quota, type QuotaKey } from './quota.ts'

/** What the API server will hold against a Pod after the webhook: of its namespace, as last seen. */
export interface AdmissionConstraints {
  readonly limits: LimitRules
  readonly quotas: readonly Quota[]
}

export const NO_CONSTRAINTS: AdmissionConstraints = { limits: NO_LIMIT_RULES, quotas: [] }

/**
 * A Pod gets more than its author asked for if what is left of the quota has room for so many like it: others may be created at the
 * same time, which the quota as last seen does not show. What this webhook answered to others does not count, as anybody may ask it.
 */
const CONCURRENT_PODS = 10n

export function hasRules({ container, pod }: LimitRules): boolean {
  return [container, pod].some(({ cpu, memory }) => cpu !== undefined || memory !== undefined)
}

/** What one Pod may be charged when it is raised, by what the quotas that count it limit; what is missing is not limited. */
export function roomFor(quotas: readonly Quota[]): Amounts {
  const room: Partial<Record<QuotaKey, Nanos>> = {}
  for (const key of QUOTA_KEYS) {
    const lefts = quotas.flatMap(({ left }) => left[key] ?? [])
    if (lefts.length > 0) room[key] = lefts.reduce(min) / CONCURRENT_PODS
  }
  return room
}

/** What the Pod as a whole is held to. */
export interface PodLimits {
  readonly limits: LimitRules
  readonly room: Amounts
  readonly overhead: Readonly<Record<ResourceName, Nanos>>
}

/**
 * Takes back what the Pod as a whole cannot have: where its sum is too much, the containers that were raised return to
 * their authors' values, where it is too little, those that were lowered.
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
        // Where it is the ratio, or a limit that nobody set, no container alone is to blame.
        if (before === fitted) fitted = revertToAuthor(fitted, [resource], 'HeldByPodLimitRange')
      }
      const charged = chargesOf(slots, fitted, at, overhead, valuesOf)
      for (const field of ['request', 'limit'] as const) {
        if (!isOver(charged, authors, room, `${field}s.${resource}`)) continue
        fitted = revertToAuthor(fitted, [resource], 'HeldByQuota', (draft) => isRaised(draft, field))
      }
      // Every round but the last takes something back, so this ends.
    } while (before !== fitted)
  }
  return fitted
}

/** Whether LimitRanger and ResourceQuota let the Pod pass, as far as is known; what it carries now is no worse at least. */
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

/** Whether this is one of those that make the sum too much, or too little. */
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
