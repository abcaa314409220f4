import { createHash } from 'node:crypto'
import { microTime } from './lease-record.ts'
import type { KubeObject, ResourceType } from './resource.ts'

export const EVENTS: ResourceType = { apiVersion: 'events.k8s.io/v1', kind: 'Event', plural: 'events' }

/** Limits of events.k8s.io/v1 (its API reference), and of object names. */
const MAX_NOTE_BYTES = 1024
const MAX_NAME = 253

/** What an Event is about. */
export interface Regarding {
  readonly apiVersion: string
  readonly kind: string
  /** Undefined for what is in no namespace; its Events are then in `default`. */
  readonly namespace?: string | undefined
  readonly name: string
  readonly uid?: string | undefined
}

/** Something worth telling the people who look after an object. */
export interface Occurrence {
  readonly regarding: Regarding
  readonly type: 'Normal' | 'Warning'
  /** Why, in one word of UpperCamelCase, for machines: `InvalidMode`. */
  readonly reason: string
  /** What was done about it, in one word of UpperCamelCase: `Observing`. */
  readonly action: string
  /** For people, at most 1 KiB; the rest is cut off. */
  readonly note: string
}

/** Who reports: a name such as `plimsoll.dev/learner`, and which instance of it (the Pod). */
export interface Reporter {
  readonly controller: string
  readonly instance: string
}

/** How often something happened, on the wall clock in milliseconds. */
export interface Occurrences {
  readonly first: number
  readonly last: number
  readonly count: number
}

/** What two occurrences have in common when they are told as one Event. */
export function keyOf({ regarding, type, reason, action, note }: Occurrence): string {
  const { apiVersion, kind, namespace, name, uid } = regarding
  return JSON.stringify([apiVersion, kind, namespace, name, uid, type, reason, action, note])
}

/** The Event for something that has happened once or more often. The same occurrences always give the same Event. */
export function eventOf(occurrence: Occurrence, { first, last, count }: Occurrences, reporter: Reporter): KubeObject {
  const { regarding, type, reason, action, note } = occurrence
  const distinct = `.${createHash('sha256')
    .update(`${keyOf(occurrence)} ${first} ${reporter.instance}`)
    .digest('hex')
    .slice(0, 16)}`
  // Names of RBAC objects, for one, are no names for an Event.
  const start = regarding.name
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .slice(0, MAX_NAME - distinct.length)
  return {
    metadata: {
      namespace: regarding.namespace ?? 'default',
      name: `${start.replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '') || 'event'}${distinct}`,
    },
    eventTime: microTime(first),
    reportingController: reporter.controller,
    reportingInstance: reporter.instance,
    ...{ type, reason, action, regarding, note: cutNote(note) },
    ...(count > 1 && { series: { count, lastObservedTime: microTime(last) } }),
  } as KubeObject
}

function cutNote(note: string): string {
  const bytes = Buffer.from(note)
  if (bytes.length <= MAX_NOTE_BYTES) return note
  // A character that was cut in two decodes to U+FFFD.
  return `${bytes
    .subarray(0, MAX_NOTE_BYTES - 6)
    .toString()
    .replace(/\uFFFD+$/, '')}…`
}
