import type { Change, ValueChange, WrittenValues } from './changelog.ts'

/*
 * Version 0.1 stored the changelog as `trail`, each change as a line for people, and what is now `probation` as `trial`. Nothing of that
 * is lost: a line that says what changed becomes a value change, any other the message.
 */

interface OldChange {
  readonly why?: unknown
  readonly changes?: readonly unknown[]
}

const LINE = /^(\S+) (cpu|memory) (\S+) -> (\S+)$/
const MAX_MESSAGE = 200

/** Converts a status that any version has stored to this version. Anything that is not an object is returned as it is. */
export function fromPreviousVersion(stored: unknown): unknown {
  if (typeof stored !== 'object' || stored === null || !('trail' in stored || 'trial' in stored)) return stored
  const { trail, trial, ...status } = stored as Record<string, unknown>
  return {
    ...status,
    ...(trial !== undefined && !('probation' in status) && { probation: trial }),
    ...(Array.isArray(trail) && !('changelog' in status) && { changelog: trail.map(readChange) }),
  }
}

function readChange({ why, changes = [], ...rest }: OldChange): unknown {
  const lines = (Array.isArray(changes) ? changes : []).map(String)
  const values = lines.map(readLine)
  const texts = lines.filter((_, i) => values[i] === undefined)
  const known = values.filter((value) => value !== undefined)
  return {
    ...rest,
    reason: why as Change['reason'],
    ...(known.length > 0 && { changes: known }),
    ...(texts.length > 0 && { message: texts.join('; ').slice(0, MAX_MESSAGE).toWellFormed() }),
  }
}

function readLine(line: string): ValueChange | undefined {
  const [, container, resource, before, after] = LINE.exec(line) ?? []
  if (!container || !before || !after) return undefined
  const [from, to] = [readPair(before), readPair(after)]
  return { container, resource: resource as ValueChange['resource'], ...(from && { from }), ...(to && { to }) }
}

/** Reads a pair of request and limit such as `500m/1`; `-` or `unset` means that there is none. */
function readPair(text: string): WrittenValues | undefined {
  const [request, limit] = text.split('/').map((part) => (part === '-' || part === 'unset' ? undefined : part))
  if (request === undefined && limit === undefined) return undefined
  return { ...(request !== undefined && { request }), ...(limit !== undefined && { limit }) }
}
