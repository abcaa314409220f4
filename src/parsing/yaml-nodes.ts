import { type Document, isAlias, isMap, isPair, isScalar, isSeq } from 'yaml'
import type { Fail } from './error.ts'

/**
 * Checks what the parser can only check at the square of the cost, or not at all: that the keys of each map are unique, and
 * how large the document is with each alias replaced by its value. Takes one step for each node.
 *
 * @param mostNodes largest number of nodes with each alias replaced
 */
export function checkNodes({ contents }: Document.Parsed, mostNodes: number, fail: Fail): void {
  // Number of nodes below each anchor that has been read: an alias refers to the last one of its name.
  const sizes = new Map<string, number>()
  const sizeOf = (node: unknown): number => {
    if (isAlias(node)) return sizes.get(node.source) ?? 1
    if (isPair(node)) return sizeOf(node.key) + sizeOf(node.value)
    let size = 1
    if (isMap(node) || isSeq(node)) {
      for (const item of node.items) {
        size += sizeOf(item)
        if (size > mostNodes)
          fail(`aliases multiply to more than ${mostNodes.toLocaleString('en')} values: write fewer`, offsetOf(node))
      }
    }
    if (isMap(node)) requireUniqueKeys(node.items, fail)
    const { anchor } = (node ?? {}) as { anchor?: string }
    if (anchor !== undefined) sizes.set(anchor, size)
    return size
  }
  sizeOf(contents)
}

function requireUniqueKeys(pairs: readonly { readonly key: unknown }[], fail: Fail): void {
  const seen = new Set<unknown>()
  for (const { key } of pairs) {
    // The value of a merge key is a separate symbol: there may be several.
    if (!isScalar(key)) continue
    if (seen.has(key.value)) fail('not YAML: Map keys must be unique', offsetOf(key))
    seen.add(key.value)
  }
}

function offsetOf(node: { readonly range?: readonly number[] | null | undefined }): number {
  return node.range?.[0] ?? 0
}
