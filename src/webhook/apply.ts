/** An operation of a JSON patch (RFC 6902). Only these two kinds are sent. */
export interface Operation {
  readonly op: 'add' | 'replace'
  readonly path: string
  readonly value: unknown
}

/**
 * Checks that each operation of a patch applies to an object, as the API server will apply it to its copy. A patch that does not apply
 * would block the Pod, regardless of the failure policy. The object is not changed.
 *
 * @param patch operations that set fields of objects, which may be items of lists. An operation that depends on an earlier one is
 *   refused
 * @throws Error if an operation does not apply
 */
export function assertApplies(object: object, patch: readonly Operation[]): void {
  const set = new Map<object, Set<string>>()
  for (const { op, path } of patch) {
    const keys = path.split('/')
    let parent: unknown = object
    for (let i = 1; i < keys.length - 1; i++) {
      const key = unescaped(keys[i]!)
      parent = isNode(parent) && !set.get(parent)?.has(key) ? parent[key] : undefined
    }
    const key = unescaped(keys.at(-1)!)
    // The end of a list (RFC 6902, section 4.1).
    if (Array.isArray(parent) && op === 'add' && key === '-') continue
    if (!isNode(parent) || Array.isArray(parent) || (op === 'replace' && !Object.hasOwn(parent, key)))
      throw new Error(`a patch that does not apply: ${op} ${path}`)
    set.set(parent, (set.get(parent) ?? new Set()).add(key))
  }
}

function isNode(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** Decodes a token of a JSON pointer (RFC 6901, section 4). */
function unescaped(key: string): string {
  return key.includes('~') ? key.replaceAll('~1', '/').replaceAll('~0', '~') : key
}
