/**
 * Whether two values that were parsed from JSON are the same, down to the order of keys. `node:util` compares the same values several
 * times slower.
 */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false
    for (let i = 0; i < a.length; i++) if (!isSameJson(a[i], b[i])) return false
    return true
  }
  if (Array.isArray(b)) return false
  const [keys, others] = [Object.keys(a), Object.keys(b)]
  if (keys.length !== others.length) return false
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!
    if (key !== others[i] || !isSameJson((a as Fields)[key], (b as Fields)[key])) return false
  }
  return true
}

type Fields = Readonly<Record<string, unknown>>

const BYTES_PER_VALUE = 32
const BYTES_PER_CHARACTER = 2

/** Memory that a value parsed from JSON takes at most, in bytes: an estimate, for bounds on caches. */
export function bytesOfJson(value: unknown): number {
  if (typeof value === 'string') return BYTES_PER_VALUE + BYTES_PER_CHARACTER * value.length
  if (typeof value !== 'object' || value === null) return BYTES_PER_VALUE
  let bytes = BYTES_PER_VALUE
  if (Array.isArray(value)) {
    for (const item of value) bytes += bytesOfJson(item)
    return bytes
  }
  for (const key of Object.keys(value)) {
    bytes += BYTES_PER_VALUE + BYTES_PER_CHARACTER * key.length + bytesOfJson((value as Fields)[key])
  }
  return bytes
}
