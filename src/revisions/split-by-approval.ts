import type { ContainerValues, ResourceValues, Values } from '../api/index.ts'
import { isSameAllotment, RESOURCES, type ResourceName } from '../resources/index.ts'
import type { Disposition } from './approval.ts'

/** Why a new value may be applied. */
export type Grant = 'RaisedAfterOomKill' | 'RaisedForPressure' | 'Approved' | 'Learned'

/** What happens to one new value, and why it may be applied, if it may. */
export interface Verdict {
  readonly disposition: Disposition
  readonly grant: Grant
}

/** New values, split by what happens to them. */
export interface ApprovalSplit {
  /** The applied values, together with the new ones that may be applied now. */
  readonly granted: Values
  /** Why the new values in `granted` may be applied. */
  readonly grants: ReadonlySet<Grant>
  /** What would be applied if everything that needs approval were approved too; undefined if nothing needs approval. */
  readonly asked: Values | undefined
  /** Whether a value waits for a change window to open. */
  readonly waits: boolean
  /** Whether a value waits until more days of usage are known. */
  readonly isYoung: boolean
  /** Whether a value waits for the error budget of an SLO. */
  readonly isGated: boolean
}

type Draft = { -readonly [field in keyof ContainerValues]: ContainerValues[field] }

/**
 * Splits new values by what happens to each, resource by resource: a value that must wait keeps its applied value, and does not delay
 * others.
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
  let isYoung = false
  let isGated = false
  for (const [name, { cpu: _, memory: __, ...rest }] of next) {
    const [given, wanted]: [Draft, Draft] = [{ ...rest }, { ...rest }]
    for (const resource of RESOURCES) {
      const value = next.get(name)![resource]
      if (!value) continue
      const applied = current.get(name)?.[resource]
      const isUnchanged = applied !== undefined && isSameAllotment(applied, value)
      const verdict = isUnchanged ? undefined : judge(name, resource, value)
      const disposition = verdict?.disposition
      asks ||= disposition === 'ask'
      waits ||= disposition === 'wait'
      isYoung ||= disposition === 'young'
      isGated ||= disposition === 'slo'
      if (verdict && disposition === 'apply') grants.add(verdict.grant)
      // Unchanged values are copied with their current confidence and evidence.
      given[resource] = isUnchanged || disposition === 'apply' ? value : applied
      wanted[resource] = disposition === 'ask' ? value : given[resource]
    }
    if (!isEmpty(given)) granted.set(name, given)
    if (!isEmpty(wanted)) asked.set(name, wanted)
  }
  return { granted, grants, asked: asks ? asked : undefined, waits, isYoung, isGated }
}

function isEmpty({ cpu, memory, held }: ContainerValues): boolean {
  return !cpu && !memory && !held
}

/** Adds the values that already wait for approval to the proposed values, for each resource that the proposal does not change. */
export function withAsked(proposed: Values, current: Values, pending: Values): Values {
  const merged = new Map<string, ContainerValues>()
  for (const name of new Set([...proposed.keys(), ...pending.keys()])) {
    const container: Draft = { ...proposed.get(name) }
    for (const resource of RESOURCES) {
      const [value, applied, asked] = [proposed, current, pending].map((from) => from.get(name)?.[resource])
      const isUnmoved =
        value === undefined ? applied === undefined : applied !== undefined && isSameAllotment(value, applied)
      if (asked && isUnmoved && !container.held?.[resource]) container[resource] = asked
    }
    if (!isEmpty(container)) merged.set(name, container)
  }
  return merged
}
