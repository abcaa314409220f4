import type { Packing } from './packing.ts'

/** The nodes that are in use, of each kind the first so many, and how more are opened. */
export class OpenNodes {
  readonly #packing: Packing
  readonly #ends: Int32Array

  /** @param begun number of nodes of each kind that are open from the start, of which the whole ones count */
  constructor(packing: Packing, begun: readonly number[] = []) {
    this.#packing = packing
    const { kinds } = packing.problem
    this.#ends = Int32Array.from(
      kinds,
      ({ count }, k) => packing.first[k]! + Math.min(count, Math.floor((begun[k] ?? 0) + 1e-6)),
    )
    for (let node = 0; node < packing.nodes; node++)
      if (!packing.isEmpty(node)) this.openUpTo(packing.kindOf[node]!, node)
  }

  openUpTo(kind: number, node: number): void {
    this.#ends[kind] = Math.max(this.#ends[kind]!, node + 1)
  }

  /**
   * Places Pods of a class: on the first open node that takes one, or else on a new one.
   *
   * @param kinds kinds of nodes in the order in which they are tried
   * @returns number of Pods that fit nowhere
   */
  place(c: number, count: number, kinds: readonly number[]): number {
    const packing = this.#packing
    const { owns } = packing.problem.classes[c]!
    // A node that refused a Pod refuses the next one of the same class, except where a rule depends on other nodes.
    const isFinal = owns.every((index) => packing.problem.rules[index]!.type === 'apart')
    const next = kinds.map((kind) => packing.first[kind]!)
    let left = count - this.#placeTogether(c, count, kinds)
    for (; left > 0; left--) {
      const node = this.#findOpen(c, kinds, next) ?? this.#findNew(c, kinds)
      if (node === undefined) return left
      packing.place(c, node)
      if (!isFinal) for (const [i, kind] of kinds.entries()) next[i] = packing.first[kind]!
    }
    return 0
  }

  /**
   * Pods that must share a node with one another start on one that has room for all of them.
   *
   * @returns number of Pods placed: all, or none
   */
  #placeTogether(c: number, count: number, kinds: readonly number[]): number {
    const { classes, rules } = this.#packing.problem
    const { owns, matches } = classes[c]!
    const isShared = (index: number) => rules[index]!.type === 'together' && !rules[index]!.domains
    if (count === 1 || !owns.some((index) => isShared(index) && matches.includes(index))) return 0
    for (const kind of kinds) {
      const end = Math.min(this.#ends[kind]! + 1, this.#packing.first[kind + 1]!)
      for (let node = this.#packing.first[kind]!; node < end; node++) {
        if (!this.#placeAll(c, count, node)) continue
        this.openUpTo(kind, node)
        return count
      }
    }
    return 0
  }

  #placeAll(c: number, count: number, node: number): boolean {
    let placed = 0
    for (; placed < count && this.#packing.fits(c, node); placed++) this.#packing.place(c, node)
    if (placed === count) return true
    for (; placed > 0; placed--) this.#packing.remove(c, node)
    return false
  }

  #findOpen(c: number, kinds: readonly number[], next: number[]): number | undefined {
    for (const [i, kind] of kinds.entries()) {
      const end = this.#ends[kind]!
      for (; next[i]! < end; next[i]!++) if (this.#packing.fits(c, next[i]!)) return next[i]
    }
    return undefined
  }

  #findNew(c: number, kinds: readonly number[]): number | undefined {
    for (const kind of kinds) {
      const node = this.#ends[kind]!
      if (node >= this.#packing.first[kind + 1]! || !this.#packing.fits(c, node)) continue
      this.openUpTo(kind, node)
      return node
    }
    return undefined
  }
}
