import {
  type Allotment,
  formatQuantity,
  type Nanos,
  parseQuantity,
  RESOURCES,
  type ResourceName,
} from '../resources/index.ts'

/** Where the record of a decision stands on the Pod. */
export const DECISION_ANNOTATION = 'plimsoll.dev/decision'

/** What one resource of one container was, and became. `null`: the author had none. */
export interface RecordedChange {
  readonly request?: readonly [author: string | null, injected: string]
  readonly limit?: readonly [author: string | null, injected: string]
}

export type RecordedContainer = Partial<Record<ResourceName, RecordedChange>>

/** The record on a patched Pod: anyone can see why it looks as it does, and admitting it again starts from the author's values. */
export interface DecisionRecord {
  readonly revision: number
  readonly containers: Readonly<Record<string, RecordedContainer>>
  /** Reason codes by container and resource. */
  readonly reasons: Readonly<Record<string, readonly string[]>>
}

/** A Pod can be written by anyone: a record larger than any that Plimsoll writes is not looked at. */
const MAX_LENGTH = 64 * 1024

/** @returns undefined when the annotation is missing or not a record */
export function parseRecord(annotation: unknown): DecisionRecord | undefined {
  if (typeof annotation !== 'string' || annotation.length > MAX_LENGTH) return undefined
  try {
    const record: unknown = JSON.parse(annotation)
    if (!isObject(record) || !isObject(record.containers)) return undefined
    return record as unknown as DecisionRecord
  } catch {
    return undefined
  }
}

/**
 * The author's values of one resource: those recorded, while the Pod still carries exactly what was injected.
 *
 * @returns undefined where it carries something else by now (a copied manifest, a restored backup, another webhook's change)
 */
export function authorsValues(carried: Allotment | 'invalid', change: unknown): Allotment | 'invalid' | undefined {
  if (change === undefined) return carried
  if (carried === 'invalid' || !isObject(change)) return undefined
  const request = undo(carried.request, change.request)
  const limit = undo(carried.limit, change.limit)
  if (request === 'foreign' || limit === 'foreign') return undefined
  // The API server sets a missing request to the limit before any webhook sees the Pod.
  const author = { request: request ?? limit, limit }
  const isValid = author.request === undefined || limit === undefined || author.request <= limit
  return isValid ? author : undefined
}

function undo(carried: Nanos | undefined, change: unknown): Nanos | undefined | 'foreign' {
  if (change === undefined) return carried
  if (!Array.isArray(change) || change.length !== 2) return 'foreign'
  const [author, injected] = change as [unknown, unknown]
  if (carried === undefined || parseQuantity(injected) !== carried) return 'foreign'
  if (author === null) return undefined
  const nanos = parseQuantity(author)
  return nanos === undefined || nanos < 0n ? 'foreign' : nanos
}

/** @returns undefined when nothing differs */
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

export function recordedResources(
  record: DecisionRecord | undefined,
  container: string,
): Partial<Record<ResourceName, unknown>> {
  const recorded: unknown =
    record && Object.hasOwn(record.containers, container) ? record.containers[container] : undefined
  if (!isObject(recorded)) return {}
  return Object.fromEntries(RESOURCES.map((resource) => [resource, recorded[resource]]))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
