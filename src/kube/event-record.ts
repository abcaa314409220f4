import { createHash } from 'node:crypto'
import { microTime } from './lease-record.ts'
import type { KubeObject, ResourceType } from './resource.ts'

export const EVENTS: ResourceType = { apiVersion: 'events.k8s.io/v1', kind: 'Event', plural: 'events' }

/** Largest note of an Event in bytes (API reference of events.k8s.io/v1). */
const MAX_NOTE_BYTES = 1024
/** Longest name of an object in characters. */
const MAX_NAME = 253

/** The object that an Event is about. */
export interface Regarding {
  readonly apiVersion: string
  readonly kind: string
  /** Namespace of the object; undefined if it has none. Its Events are then in `default`. */
  readonly namespace?: string | undefined
  readonly name: string
  readonly uid?: string | undefined
}

/** Something that the owners of an object should know. */
export interface Occurrence {
  readonly regarding: Regarding
  readonly type: 'Normal' | 'Warning'
  /** Reason for machines, one word in UpperCamelCase: `InvalidMode`. */
  readonly reason: string
  /** What was done about it, one word in UpperCamelCase: `Observing`. */
  readonly action: string
  /** Text for people; it is cut off after 1 KiB. */
  readonly note: string
  /**
   * Groups occurrences with different notes into one Event, such as those of the Pods of one rollout. The Event keeps the note of the
   * first, because the API server does not allow changes to it. By default, the note.
   */
  readonly series?: string | undefined
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

/** Key of an occurrence: occurrences with the same key are reported as one Event. */
export function keyOf({ regarding, type, reason, action, note, series }: Occurrence): string {
  const { apiVersion, kind, namespace, name, uid } = regarding
  const distinct = series === undefined ? [note] : ['series', series]
  return JSON.stringify([apiVersion, kind, namespace, name, uid, type, reason, action, ...distinct])
}

/** The Event for something that has happened once or more often. The same arguments always give the same Event. */
export function eventOf(occurrence: Occurrence, { first, last, count }: Occurrences, reporter: Reporter): KubeObject {
  const { regarding, type, reason, action, note } = occurrence
  const distinct = `.${createHash('sha256')
    .update(`${keyOf(occurrence)} ${first} ${reporter.instance}`)
    .digest('hex')
    .slice(0, 16)}`
  // Names of RBAC objects, for example, may be invalid in the name of an Event.
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
