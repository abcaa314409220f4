import { isObject } from '../../resources/index.ts'

/** Applies a JSON merge patch (RFC 7386): null removes a field, and an object changes only the fields that it has. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = mergePatch(result[key], value)
  }
  return result
}

/** The value at a path; undefined if there is none. */
export function valueAt(object: unknown, path: readonly string[]): unknown {
  let value = object
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined
    value = value[key]
  }
  return value ?? undefined
}

/** A patch that sets one value; `onto` is a patch that it extends. */
export function patchAt(path: readonly string[], value: unknown, onto: object = {}): object {
  const [key, ...rest] = path
  if (key === undefined) return onto
  const inner = (onto as Record<string, unknown>)[key]
  return { ...onto, [key]: rest.length === 0 ? value : patchAt(rest, value, isObject(inner) ? inner : {}) }
}

/** JSON text that does not depend on the order of keys. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  )
}
