import { isObject } from '../resources/index.ts'

/** Most differences that are named. */
const MOST = 20

/**
 * Paths at which two JSON values differ, for people. Items of a list are compared by their name where they have one.
 *
 * @param isIgnored whether a difference at a path is none
 */
export function differingPaths(a: unknown, b: unknown, isIgnored: (path: string) => boolean, path = 'spec'): string[] {
  if (JSON.stringify(a) === JSON.stringify(b) || isIgnored(path)) return []
  const entries = entriesOf(a) && entriesOf(b) ? ([entriesOf(a)!, entriesOf(b)!] as const) : undefined
  if (!entries) {
    // A map that was absent: what it holds may be ignored.
    const [one, other] = [entriesOf(a), entriesOf(b)]
    if ((a === undefined && other) || (b === undefined && one)) {
      const keys = [...(one ?? other)!.keys()]
      return keys
        .flatMap((key) => differingPaths(one?.get(key), other?.get(key), isIgnored, join(path, key, a ?? b)))
        .slice(0, MOST)
    }
    return [path]
  }
  const [one, other] = entries
  const keys = new Set([...one.keys(), ...other.keys()])
  return [...keys]
    .flatMap((key) => differingPaths(one.get(key), other.get(key), isIgnored, join(path, key, a)))
    .slice(0, MOST)
}

function join(path: string, key: string, parent: unknown): string {
  return Array.isArray(parent) ? `${path}[${key}]` : `${path}.${key}`
}

/** Entries of a map, or of a list of items with names; undefined for everything else. */
function entriesOf(value: unknown): Map<string, unknown> | undefined {
  if (Array.isArray(value)) {
    const names = value.map((item) => (isObject(item) && typeof item.name === 'string' ? item.name : undefined))
    if (names.includes(undefined) || new Set(names).size !== names.length) return undefined
    return new Map(value.map((item, i) => [names[i]!, item]))
  }
  return isObject(value) ? new Map(Object.entries(value)) : undefined
}
