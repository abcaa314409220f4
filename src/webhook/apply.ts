/** An operation of a JSON patch (RFC 6902). Only these two kinds are sent. */
export interface Operation {
  readonly op: 'add' | 'replace'
  readonly path: string
  readonly value: unknown
}

/**
 * Applies a patch in place, as the API server will apply it to its copy. A patch that does not apply would block the Pod,
 * regardless of the failure policy.
 *
 * @param patch operations that set fields of objects, which may be items of lists
 * @throws Error if an operation does not apply
 */
export function applyInPlace(object: object, patch: readonly Operation[]): void {
  for (const { op, path, value } of patch) {
    const keys = path.split('/')
    let parent: unknown = object
    for (let i = 1; i < keys.length - 1; i++) parent = isNode(parent) ? parent[unescaped(keys[i]!)] : undefined
    const key = unescaped(keys.at(-1)!)
    if (!isNode(parent) || Array.isArray(parent) || (op === 'replace' && !Object.hasOwn(parent, key)))
      throw new Error(`a patch that does not apply: ${op} ${path}`)
    parent[key] = value
  }
}

function isNode(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** Decodes a token of a JSON pointer (RFC 6901, section 4). */
function unescaped(key: string): string {
  return key.includes('~') ? key.replaceAll('~1', '/').replaceAll('~0', '~') : key
}
