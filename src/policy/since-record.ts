import { type Allotment, formatQuantity, isObject, parseQuantity, type ResourceName } from '../resources/index.ts'
import type { ReasonCode } from './reasons.ts'
import { authorsValues, type DecisionRecord, type RecordedChange, recordedResources } from './record.ts'

const CHANGED = 'ChangedAfterPlimsoll' satisfies ReasonCode

/** What happened to one resource of a container since a record was written on its Pod. */
export interface SinceRecord {
  /** The author's values. If somebody has changed the resource since, these are the Pod's current values. */
  readonly author: Allotment | 'invalid'
  /** Whether somebody has changed it. */
  readonly isChanged: boolean
  /** The recorded changes that the Pod still carries. */
  readonly ours: RecordedChange | undefined
}

/**
 * Compares one resource of a Pod at admission with the Pod's record. The API server calls webhooks again after others have changed a
 * Pod; such a change is somebody's decision.
 */
export function sinceRecord(
  carried: Allotment | 'invalid',
  record: DecisionRecord | undefined,
  container: string,
  resource: ResourceName,
): SinceRecord {
  const recorded = recordedResources(record, container)[resource]
  const [change] = recorded
  const key = `${container}.${resource}`
  if (carried === 'invalid' || !record) return { author: carried, isChanged: false, ours: undefined }
  const ours = stillCarried(carried, change)
  const reasons = listAt(record.reasons, key)
  if (!wasChanged(record, key)) {
    const author = authorsValues(carried, recorded)
    // Records of earlier versions do not contain unchanged values.
    const isComplete = isObject(record.kept) && record.intended === undefined
    const isKnown = change !== undefined || textAt(record.kept, key) !== undefined || reasons !== undefined
    const isAsLeft = !isComplete || !isKnown || isExactly(carried, change, textAt(record.kept, key))
    if (author !== undefined && isAsLeft) return { author, isChanged: false, ours }
  }
  return { author: carried, isChanged: true, ours }
}

/** Whether the webhook saw at a later review that somebody had changed a resource; the key is `container.resource`. */
export function wasChanged(record: DecisionRecord | undefined, key: string): boolean {
  return listAt(record?.reasons, key)?.includes(CHANGED) === true
}

/** Values of a resource that a change does not touch, as `request/limit`; undefined if there are none. */
export function keptBeside(
  resource: ResourceName,
  { request, limit }: Allotment,
  change: RecordedChange | undefined,
): string | undefined {
  const text = (value: bigint | undefined, isChanged: boolean) =>
    value === undefined || isChanged ? '' : formatQuantity(resource, value)
  const kept = `${text(request, change?.request !== undefined)}/${text(limit, change?.limit !== undefined)}`
  return kept === '/' ? undefined : kept
}

function isExactly(carried: Allotment, change: unknown, kept = '/'): boolean {
  const [request, limit] = kept.split('/')
  const left = (field: keyof Allotment, beside: string | undefined) =>
    injectedBy(change, field) ?? parseQuantity(beside)
  return carried.request === left('request', request) && carried.limit === left('limit', limit)
}

/** The part of a change that the Pod still has. */
function stillCarried(carried: Allotment, change: unknown): RecordedChange | undefined {
  if (!isObject(change)) return undefined
  const isOurs = (field: keyof Allotment) => {
    const injected = injectedBy(change, field)
    return injected !== undefined && injected === carried[field]
  }
  const ours = (['request', 'limit'] as const).filter(isOurs)
  return ours.length === 0 ? undefined : Object.fromEntries(ours.map((field) => [field, change[field]]))
}

/** The value that a recorded pair injected; undefined if it is not a pair of the author's value and the injected one. */
function injectedBy(change: unknown, field: keyof Allotment): bigint | undefined {
  const pair = isObject(change) ? change[field] : undefined
  if (!Array.isArray(pair) || pair.length !== 2) return undefined
  return pair[0] === null || typeof pair[0] === 'string' ? parseQuantity(pair[1]) : undefined
}

function textAt(object: unknown, key: string): string | undefined {
  const value = isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined
  return typeof value === 'string' ? value : undefined
}

function listAt(object: unknown, key: string): readonly unknown[] | undefined {
  const value = isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined
  return Array.isArray(value) ? value : undefined
}
