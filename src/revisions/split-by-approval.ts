import type { ContainerValues, ResourceValues, Values } from '../api/index.ts'
import { RESOURCES, type ResourceName } from '../resources/index.ts'
import type { Disposition } from './approval.ts'
import { isSame } from './minimum-change.ts'

/** Why a new value may be applied. */
export type Grant = 'RaisedAfterOomKill' | 'Approved' | 'Learned'

/** What happens to one new value, and, where it is applied, why it may be. */
export interface Verdict {
  readonly disposition: Disposition
  readonly grant: Grant
}

/** What is new, split by what happens to it. */
export interface ApprovalSplit {
  /** What is applied, with what may be applied now. */
  readonly granted: Values
  /** Why the values of `granted` that are new may be applied. */
  readonly grants: ReadonlySet<Grant>
  /** What would be applied if everything that asks for approval were approved as well; undefined where nothing asks. */
  readonly asked: Values | undefined
  /** Whether something is due when a change window opens. */
  readonly waits: boolean
}

type Draft = { -readonly [field in keyof ContainerValues]: ContainerValues[field] }

/**
 * Splits new values by what happens to each, resource by resource: one that must wait keeps the value that is applied, and
 * holds back no other.
 */
export function splitByApproval(
  current: Values,
  next: Values,
  judge: (container: string, resource: ResourceName, value: ResourceValues) => Verdict,
): ApprovalSplit {
  const [granted, asked] = [new Map<string, ContainerValues>(), new Map<string, ContainerValues>()]
  const grants = new Set<Grant>()
  let asks = false
  let waits = false
  for (const [name, { cpu: _, memory: __, ...rest }] of next) {
    const [given, wanted]: [Draft, Draft] = [{ ...rest }, { ...rest }]
    for (const resource of RESOURCES) {
      const value = next.get(name)![resource]
      if (!value) continue
      const applied = current.get(name)?.[resource]
      const isUnchanged = applied !== undefined && isSame(applied, value)
      const verdict = isUnchanged ? undefined : judge(name, resource, value)
      const disposition = verdict?.disposition
      asks ||= disposition === 'ask'
      waits ||= disposition === 'wait'
      if (verdict && disposition === 'apply') grants.add(verdict.grant)
      // What is unchanged is taken with what is known of it now.
      given[resource] = isUnchanged || disposition === 'apply' ? value : applied
      wanted[resource] = disposition === 'ask' ? value : given[resource]
    }
    if (!isEmpty(given)) granted.set(name, given)
    if (!isEmpty(wanted)) asked.set(name, wanted)
  }
  return { granted, grants, asked: asks ? asked : undefined, waits }
}

function isEmpty({ cpu, memory, held }: ContainerValues): boolean {
  return !cpu && !memory && !held
}

/** What is proposed, with what has been asking for approval in place of what is unchanged. */
export function withAsked(proposed: Values, current: Values, pending: Values): Values {
  const merged = new Map<string, ContainerValues>()
  for (const name of new Set([...proposed.keys(), ...pending.keys()])) {
    const container: Draft = { ...proposed.get(name) }
    for (const resource of RESOURCES) {
      const [value, applied, asked] = [proposed, current, pending].map((from) => from.get(name)?.[resource])
      const isUnmoved = value === undefined ? applied === undefined : applied !== undefined && isSame(value, applied)
      if (asked && isUnmoved && !container.held?.[resource]) container[resource] = asked
    }
    if (!isEmpty(container)) merged.set(name, container)
  }
  return merged
}
