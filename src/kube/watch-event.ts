import { malformed, parseJson } from './answer.ts'
import { errorOfAnswer, type KubeError } from './errors.ts'
import type { KubeObject } from './resource.ts'

/** One change of a watch; a bookmark carries nothing but a version. */
export interface WatchEvent<T extends KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
  readonly object: T
  readonly resourceVersion: string
}

const TYPES: ReadonlySet<string> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'])

/** Reads one line of a watch. Throws what an ERROR event says, and `Malformed` for what is no event. */
export function parseWatchEvent<T extends KubeObject>(asked: string, line: string): WatchEvent<T> {
  const event = parseJson(line) as { type?: string; object?: T } | undefined
  if (event?.type === 'ERROR') throw errorOfEvent(asked, event.object)
  const resourceVersion = event?.object?.metadata?.resourceVersion
  if (!event?.object || typeof resourceVersion !== 'string' || !TYPES.has(event.type ?? ''))
    throw malformed(asked, line)
  return { type: event.type as WatchEvent<T>['type'], object: event.object, resourceVersion }
}

function errorOfEvent(asked: string, status: unknown): KubeError {
  const { code } = (status ?? {}) as { code?: number }
  return errorOfAnswer(asked, { status: typeof code === 'number' ? code : 500, text: JSON.stringify(status ?? {}) })
}
