import { malformed, parseObject } from './answer.ts'
import { errorOfAnswer, type KubeError } from './errors.ts'
import type { KubeObject } from './resource.ts'
import { isTable, type TableReader } from './table.ts'

/** One change of a watch; a bookmark contains only a version. */
export interface WatchEvent<T extends KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
  readonly object: T
  readonly resourceVersion: string
}

const TYPES: ReadonlySet<string> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'])

/**
 * Reads one line of a watch.
 *
 * @param table reader of this watch, if it requested a Table
 * @throws KubeError with what an ERROR event says, or `Malformed` if the line is no event
 */
export function parseWatchEvent<T extends KubeObject>(asked: string, line: string, table?: TableReader): WatchEvent<T> {
  const { type = '', object } = parseObject<{ type?: string; object?: T }>(asked, line)
  if (type === 'ERROR') throw errorOfEvent(asked, object)
  const resourceVersion = object?.metadata?.resourceVersion
  if (!object || typeof resourceVersion !== 'string' || !TYPES.has(type)) throw malformed(asked, line)
  if (!table || !isTable(object)) return { type: type as WatchEvent<T>['type'], object, resourceVersion }
  const [row] = table.read(asked, object)
  if (!row) throw malformed(asked, line)
  return { type: type as WatchEvent<T>['type'], object: row as KubeObject as T, resourceVersion }
}

function errorOfEvent(asked: string, status: unknown): KubeError {
  const { code } = (status ?? {}) as { code?: number }
  return errorOfAnswer(asked, { status: typeof code === 'number' ? code : 500, text: JSON.stringify(status ?? {}) })
}
