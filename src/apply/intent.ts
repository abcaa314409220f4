import {
  boostBeside,
  type DecisionRecord,
  MAX_RECORD_LENGTH,
  type PodSlot,
  type RecordedChange,
  type RecordedContainer,
  recordChange,
} from '../policy/index.ts'
import {
  type Allotment,
  formatQuantity,
  type Nanos,
  RESOURCES,
  type ResourceName,
  readable,
} from '../resources/index.ts'
import { FIELDS, type Field } from './pod-values.ts'
import { NO_REVISION } from './target.ts'
import type { Wanted } from './wanted.ts'

const NOTHING: DecisionRecord = { revision: NO_REVISION, containers: {}, reasons: {} }

/** Values that a resize is about to give a Pod. */
export interface Intent {
  readonly revision: number
  readonly wanted: Wanted
  readonly now: Date
  /** Restarts of each container until now. */
  readonly restarts: Readonly<Record<string, number>>
  /** Memory limits in force of the containers that get a higher limit. */
  readonly limits?: Readonly<Record<string, string>>
  /** How often each of these containers has ended before an earlier raise reached it. */
  readonly missed?: Readonly<Record<string, number>>
}

/** The record to write before a Pod is resized: its current values, and the intended ones. */
export function intending(
  slots: readonly PodSlot[],
  record: DecisionRecord | undefined,
  { revision, wanted, now, restarts, limits = {}, missed = {} }: Intent,
): DecisionRecord {
  const containers = recorded(slots, wanted, true)
  const { reasons } = wanted
  const has = (counts: object) => Object.keys(counts).length > 0
  const boost = boostBeside(record?.boost, steadyIn(slots, wanted))
  const intended = {
    ...{ revision, time: now.toISOString(), containers, restarts, reasons },
    ...(boost && { boost }),
    ...(has(limits) && { limits }),
    ...(has(missed) && { missed }),
  }
  return { ...(record ?? NOTHING), intended }
}

/** The record of a Pod that has the intended values. */
export function settled(record: DecisionRecord): DecisionRecord {
  if (!record.intended) return record
  const { revision, time, restarts, reasons = record.reasons, boost } = record.intended
  const { variables } = record
  const containers = withoutUnchanged(record.intended.containers)
  return {
    ...{ revision, containers, reasons, time },
    ...(restarts && { restarts }),
    ...(variables && { variables }),
    ...(boost && { boost }),
  }
}

/** The record of a Pod that already has all values of a revision, so that no resize is needed. */
export function relabelled(
  slots: readonly PodSlot[],
  { boost, variables }: DecisionRecord,
  { revision, wanted, now, restarts }: Intent,
): DecisionRecord {
  const { reasons } = wanted
  const containers = recorded(slots, wanted, false)
  return {
    revision,
    containers,
    reasons,
    time: now.toISOString(),
    restarts,
    ...(variables && { variables }),
    ...(boost && { boost }),
  }
}

/** The record without the intended resize. */
export function withoutIntent({ intended: _, ...record }: DecisionRecord): DecisionRecord {
  return record
}

/** Text of the annotation; null removes it, because no value of the Pod comes from Plimsoll. Undefined if it is too long. */
export function annotationOf(record: DecisionRecord): string | null | undefined {
  const isEmpty =
    record.revision === NO_REVISION && Object.keys(record.containers).length === 0 && !record.boost && !record.variables
  if (isEmpty && !record.intended) return null
  const text = JSON.stringify(record)
  return text.length > MAX_RECORD_LENGTH ? undefined : text
}

/** CPU of each container with the wanted values, without a boost. */
function steadyIn(slots: readonly PodSlot[], { values }: Wanted) {
  const byName = new Map(slots.map(({ name }, i) => [name, readable(values[i]!.cpu)]))
  return (container: string) => byName.get(container)
}

/** @param withReturns whether a value that returns to the author's is recorded, as a change from it to itself */
function recorded(
  slots: readonly PodSlot[],
  { authors, values }: Wanted,
  withReturns: boolean,
): DecisionRecord['containers'] {
  const all = slots.map((slot, i): [string, RecordedContainer] => {
    const changes = RESOURCES.flatMap((resource): [ResourceName, RecordedChange][] => {
      const [author, value] = [authors[i]![resource], values[i]![resource]].map(readable) as [Allotment, Allotment]
      const change = {
        ...(withReturns && returns(resource, author, readable(slot.carried[resource]), value)),
        ...recordChange(resource, author, value),
      }
      return Object.keys(change).length > 0 ? [[resource, change]] : []
    })
    return [slot.name, Object.fromEntries(changes)]
  })
  return Object.fromEntries(all.filter(([, changes]) => Object.keys(changes).length > 0))
}

function returns(resource: ResourceName, author: Allotment, carried: Allotment, value: Allotment): RecordedChange {
  const pairOf = (nanos: Nanos) => [formatQuantity(resource, nanos), formatQuantity(resource, nanos)] as const
  const fields = FIELDS.flatMap((field): [Field, readonly [string, string]][] => {
    const [was, is] = [author[field], value[field]]
    return is !== undefined && is === was && is !== carried[field] ? [[field, pairOf(is)]] : []
  })
  return Object.fromEntries(fields)
}

/** Drops values that have returned to the author's. */
function withoutUnchanged(containers: DecisionRecord['containers']): DecisionRecord['containers'] {
  const all = Object.entries(containers).map(([name, resources]): [string, RecordedContainer] => {
    const kept = Object.entries(resources).flatMap(([resource, change]): [string, RecordedChange][] => {
      const fields = Object.entries(change as RecordedChange).filter(([, [from, to]]) => from !== to)
      return fields.length > 0 ? [[resource, Object.fromEntries(fields)]] : []
    })
    return [name, Object.fromEntries(kept)]
  })
  return Object.fromEntries(all.filter(([, resources]) => Object.keys(resources).length > 0))
}

/** Whether an earlier record already intends the same values. */
export function intendsSame(record: DecisionRecord | undefined, next: DecisionRecord): boolean {
  const [a, b] = [record?.intended, next.intended]
  return (
    a !== undefined &&
    a.revision === b?.revision &&
    typeof a.time === 'string' &&
    JSON.stringify([a.containers, a.limits]) === JSON.stringify([b.containers, b.limits])
  )
}
