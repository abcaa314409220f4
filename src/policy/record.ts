import {
  type Allotment,
  type ContainerResources,
  formatQuantity,
  isObject,
  type Nanos,
  parseQuantity,
  RESOURCES,
  type ResourceName,
} from '../resources/index.ts'
import type { ReasonCode } from './reasons.ts'

/** Annotation of a Pod with the record of the decision. */
export const DECISION_ANNOTATION = 'plimsoll.dev/decision'

/** Values of one resource of one container before and after injection. `null`: the author had none. */
export interface RecordedChange {
  readonly request?: readonly [author: string | null, injected: string]
  readonly limit?: readonly [author: string | null, injected: string]
}

export type RecordedContainer = Partial<Record<ResourceName, RecordedChange>>

/**
 * The record on a Pod that Plimsoll has changed. It shows why the Pod has its values, and keeps the author's values for everything that
 * starts from them, even if the Pod has other values now.
 */
export interface DecisionRecord {
  /** Revision whose values the Pod has. */
  readonly revision: number
  readonly containers: Readonly<Record<string, RecordedContainer>>
  /**
   * Values that were not changed, `request/limit` by `container.resource`. A value that is neither in `containers` nor here did not
   * exist. Missing in records of earlier versions.
   */
  readonly kept?: Readonly<Record<string, string>>
  /** Reason codes by `container.resource`. */
  readonly reasons: Readonly<Record<string, readonly string[]>>
  /** Environment variables that were added, by container: value, consent, and how to undo it. */
  readonly variables?: Readonly<Record<string, string>> | undefined
  /**
   * CPU that containers have while the Pod starts, as pairs of the steady value (from `containers`, or the author's) and the boosted
   * one. A container may have either of them at any time.
   */
  readonly boost?: Readonly<Record<string, RecordedChange>> | undefined
  /** When a resize gave the Pod this revision, RFC 3339; missing if the Pod has had it since its creation. */
  readonly time?: string
  /** Restarts of each container up to that time; missing if the Pod has had the revision since its creation. */
  readonly restarts?: Readonly<Record<string, number>>
  /**
   * A resize that is in progress. It is written before the Pod is resized, because `pods/resize` cannot change annotations. While it is
   * present, the Pod may have either these values or those of `containers`.
   */
  readonly intended?: IntendedChange
}

/** Whether a record has this reason for a resource. Anybody can write a record, so its reasons may be anything. */
export function recordsReason(
  record: DecisionRecord | undefined,
  container: string,
  resource: ResourceName,
  reason: ReasonCode,
): boolean {
  const reasons: unknown = isObject(record?.reasons) ? record.reasons[`${container}.${resource}`] : undefined
  return Array.isArray(reasons) && reasons.includes(reason)
}

export interface IntendedChange {
  readonly revision: number
  /** When the change was written, RFC 3339. */
  readonly time: string
  readonly containers: DecisionRecord['containers']
  readonly restarts?: DecisionRecord['restarts']
  readonly reasons?: DecisionRecord['reasons']
  readonly boost?: DecisionRecord['boost']
  /**
   * Memory limits that were in force before this change raised them, by container. A kill counts against these limits until the raise
   * is known to have reached the Pod's cgroup.
   */
  readonly limits?: Readonly<Record<string, string>>
  /** How often each of these containers has ended before its raise arrived. */
  readonly missed?: Readonly<Record<string, number>>
}

/** Longest record that is read. Anyone can write to a Pod, and Plimsoll never writes a longer one. */
export const MAX_RECORD_LENGTH = 64 * 1024

/** Maximum size of all annotations, keys and values together: `ValidateAnnotationsSize` in apimachinery. */
const MAX_ANNOTATION_BYTES = 256 * 1024

/** Whether the API server stores a record besides the other annotations of a Pod, and readers accept it. */
export function fitsBeside(annotations: Readonly<Record<string, string>>, record: string): boolean {
  if (record.length > MAX_RECORD_LENGTH) return false
  let bytes = 0
  for (const [key, value] of Object.entries({ ...annotations, [DECISION_ANNOTATION]: record }))
    bytes += Buffer.byteLength(key) + Buffer.byteLength(String(value))
  return bytes <= MAX_ANNOTATION_BYTES
}

/** Parses the record of a decision; undefined if the annotation is missing or is not a record. */
export function parseRecord(annotation: unknown): DecisionRecord | undefined {
  if (typeof annotation !== 'string' || annotation.length > MAX_RECORD_LENGTH) return undefined
  try {
    const record: unknown = JSON.parse(annotation)
    if (!isObject(record) || !isObject(record.containers)) return undefined
    return record as unknown as DecisionRecord
  } catch {
    return undefined
  }
}

/**
 * The author's values of one resource, if the Pod still has exactly the injected values, or those of a resize in progress.
 *
 * @returns undefined if it has other values now (a copied manifest, a restored backup, another webhook's change)
 */
export function authorsValues(
  carried: Allotment | 'invalid',
  recorded: readonly unknown[],
): Allotment | 'invalid' | undefined {
  const changes = recorded.filter((change) => change !== undefined)
  if (changes.length === 0) return carried
  if (carried === 'invalid') return undefined
  for (const change of changes) {
    const author = behind(carried, change)
    if (author) return author
  }
  return undefined
}

/** The author's values of one resource of a running Pod, even if it has other values now: a resize never changes what the author wrote. */
export function recordedAuthor(carried: Allotment | 'invalid', recorded: readonly unknown[]): Allotment | 'invalid' {
  const exact = authorsValues(carried, recorded)
  if (exact !== undefined || carried === 'invalid') return exact ?? 'invalid'
  for (const change of recorded) {
    if (!isObject(change)) continue
    const of = (field: keyof Allotment) => authorsEnd(change[field], carried[field])
    const [request, limit] = [of('request'), of('limit')]
    if (request === 'unreadable' || limit === 'unreadable') continue
    const author = { request: request ?? limit, limit }
    if (isValidAllotment(author)) return author
  }
  return carried
}

function behind(carried: Allotment, change: unknown): Allotment | undefined {
  if (!isObject(change)) return undefined
  const request = undo(carried.request, change.request)
  const limit = undo(carried.limit, change.limit)
  if (request === 'foreign' || limit === 'foreign') return undefined
  // The API server sets a missing request to the limit before any webhook sees the Pod.
  const author = { request: request ?? limit, limit }
  return isValidAllotment(author) ? author : undefined
}

/** Whether the API server would accept these values: no request is above its limit. */
export function isValidAllotment({ request, limit }: Allotment): boolean {
  return request === undefined || limit === undefined || request <= limit
}

/** The author's value in a recorded pair; the carried value if the field was not changed. */
function authorsEnd(pair: unknown, carried: Nanos | undefined): Nanos | undefined | 'unreadable' {
  if (pair === undefined) return carried
  if (!Array.isArray(pair) || pair.length !== 2) return 'unreadable'
  if (pair[0] === null) return undefined
  const nanos = parseQuantity(pair[0])
  return nanos === undefined || nanos < 0n ? 'unreadable' : nanos
}

function undo(carried: Nanos | undefined, pair: unknown): Nanos | undefined | 'foreign' {
  const author = authorsEnd(pair, carried)
  if (pair === undefined) return carried
  if (author === 'unreadable' || carried === undefined || parseQuantity((pair as [unknown, unknown])[1]) !== carried)
    return 'foreign'
  return author
}

/** The change of a resource to record; undefined if nothing differs. */
export function recordChange(resource: ResourceName, author: Allotment, final: Allotment): RecordedChange | undefined {
  const pair = (was: Nanos | undefined, is: Nanos | undefined) =>
    is === undefined || is === was
      ? undefined
      : ([was === undefined ? null : formatQuantity(resource, was), formatQuantity(resource, is)] as const)
  const request = pair(author.request, final.request)
  const limit = pair(author.limit, final.limit)
  if (!request && !limit) return undefined
  return { ...(request && { request }), ...(limit && { limit }) }
}

/**
 * Recorded changes of one container, for each resource: the settled change, then the intended one. Both count as Plimsoll's. They are
 * returned as written on the Pod, so they may be anything.
 */
export function recordedResources(
  record: DecisionRecord | undefined,
  container: string,
): Readonly<Record<ResourceName, readonly unknown[]>> {
  const changes = [record?.containers, record?.intended?.containers].map((containers: unknown) =>
    isObject(containers) && Object.hasOwn(containers, container) ? containers[container] : undefined,
  )
  const of = (resource: ResourceName) => changes.map((change) => (isObject(change) ? change[resource] : undefined))
  return { cpu: of('cpu'), memory: of('memory') }
}

/**
 * The revision that a Pod has, and when it received it, and after how many restarts; undefined if the record has none.
 *
 * @param isIntendedCarried whether the Pod already has the values of the intended change
 */
export function carriedRevision(
  record: DecisionRecord | undefined,
  isIntendedCarried: boolean,
): Pick<DecisionRecord, 'revision' | 'time' | 'restarts'> | undefined {
  const current: unknown = isIntendedCarried && isObject(record?.intended) ? record.intended : record
  // Revisions count from 1: a record without a revision only keeps the author's values.
  if (!isObject(current) || !Number.isSafeInteger(current.revision) || Number(current.revision) < 1) return undefined
  const { revision, time, restarts } = current
  return {
    revision: revision as number,
    ...(typeof time === 'string' && !Number.isNaN(Date.parse(time)) && { time }),
    ...(isObject(restarts) && { restarts: restarts as Record<string, number> }),
  }
}

/** Whether a Pod has the values that a change injected into one resource of a container. */
export function carriesChange(carried: Allotment | 'invalid', change: unknown): boolean {
  return carried !== 'invalid' && behind(carried, change) !== undefined
}

/** Whether a Pod already has the values of the intended resize; a resize changes all containers at the same time. */
export function carriesIntended(
  record: DecisionRecord | undefined,
  containers: readonly { readonly name: string; readonly carried: ContainerResources }[],
): boolean {
  if (!record?.intended) return false
  return containers.every(({ name, carried }) => {
    const recorded = recordedResources(record, name)
    return RESOURCES.every((resource) => {
      const [, intended] = recorded[resource]
      return intended === undefined || carriesChange(carried[resource], intended)
    })
  })
}
