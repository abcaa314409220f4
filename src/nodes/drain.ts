import type { Guide } from './guide.ts'
import type { Packing } from './packing.ts'

/** Number of rounds in which nodes are tried. Each round ends with fewer nodes, or is the last. */
const MOST_ROUNDS = 8

/**
 * Empties nodes one by one, those with the least on them first, as long as their Pods fit on other nodes in use; then moves what is
 * on a node to an empty one that costs less. This is what an autoscaler's consolidation does.
 */
export function drain(packing: Packing, guide: Guide): void {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const emptied = used(packing).filter((node) => tryToEmpty(packing, guide, node)).length
    const moved = used(packing).filter((node) => tryCheaper(packing, guide, node)).length
    if (emptied + moved === 0) return
  }
}

/** Nodes in use that may be removed; first those that are cheapest to empty, relative to their price. */
function used(packing: Packing): number[] {
  const { kinds } = packing.problem
  const load = new Map<number, number>()
  for (let node = 0; node < packing.nodes; node++) {
    if (packing.isEmpty(node)) continue
    const kind = kinds[packing.kindOf[node]!]!
    let most = 0
    for (const [r, capacity] of kind.capacity.entries())
      if (capacity > 0) most = Math.max(most, 1 - packing.free(node, r) / capacity)
    load.set(node, most / Math.max(kind.price, Number.MIN_VALUE))
  }
  return [...load.keys()].filter((node) => mayGo(packing, node)).sort((a, b) => load.get(a)! - load.get(b)! || b - a)
}

/** Whether a node may be removed. If some nodes of its kind stay in any case, only those beyond them may. */
function mayGo(packing: Packing, node: number): boolean {
  const kind = packing.kindOf[node]!
  const { fixed } = packing.problem.kinds[kind]!
  if (fixed === 0) return true
  let inUse = 0
  for (let other = packing.first[kind]!; other < packing.first[kind + 1]!; other++) if (!packing.isEmpty(other)) inUse++
  return inUse > fixed
}

interface Place {
  readonly node: number
  /** Position of the kind of the node among those that the class may use. */
  readonly kind: number
}

/** Moves all Pods of a node, the largest first, each to the node that `find` names; if one finds none, nothing is moved. */
function hasMovedAll(
  packing: Packing,
  sizes: readonly number[],
  node: number,
  find: (pod: number, last: Place | undefined) => Place | undefined,
): boolean {
  const moves: { readonly pod: number; readonly to: number }[] = []
  const devices = packing.devices.saved(node)
  const undo = () => {
    for (const { pod, to } of moves.toReversed()) {
      packing.remove(pod, to)
      packing.putBack(pod, node)
    }
    packing.devices.restore(node, devices)
    return false
  }
  const pods = [...packing.podsOn(node)].sort(([a], [b]) => sizes[b]! - sizes[a]!)
  for (const [pod, count] of pods) {
    let place: Place | undefined
    for (let i = 0; i < count; i++) {
      packing.remove(pod, node)
      place = find(pod, place)
      if (!place) {
        packing.putBack(pod, node)
        return undo()
      }
      packing.place(pod, place.node)
      moves.push({ pod, to: place.node })
    }
  }
  return packing.rules.areKept(pods.map(([pod]) => packing.problem.classes[pod]!)) || undo()
}

function tryToEmpty(packing: Packing, guide: Guide, node: number): boolean {
  return hasMovedAll(packing, guide.sizes, node, (pod, last) => elsewhere(packing, guide, pod, node, last))
}

/** The next node in use that has room for the Pod, in the order of the Pod's cost there. */
function elsewhere(
  packing: Packing,
  guide: Guide,
  pod: number,
  node: number,
  last: Place | undefined,
): Place | undefined {
  const kinds = guide.kindsOf[pod]!
  for (let i = last?.kind ?? 0; i < kinds.length; i++) {
    const kind = kinds[i]!
    const start = last && i === last.kind ? last.node : packing.first[kind]!
    for (let other = start; other < packing.first[kind + 1]!; other++)
      if (other !== node && !packing.isEmpty(other) && packing.fits(pod, other)) return { kind: i, node: other }
  }
  return undefined
}

function tryCheaper(packing: Packing, guide: Guide, node: number): boolean {
  const { kinds, classes } = packing.problem
  const { price } = kinds[packing.kindOf[node]!]!
  const pods = [...packing.podsOn(node).keys()]
  return [...kinds.keys()]
    .filter((kind) => kinds[kind]!.price < price && pods.every((pod) => classes[pod]!.kinds.includes(kind)))
    .sort((a, b) => kinds[a]!.price - kinds[b]!.price || a - b)
    .some((kind) => {
      const to = firstEmpty(packing, kind)
      return (
        to !== undefined &&
        hasMovedAll(packing, guide.sizes, node, (pod) => (packing.fits(pod, to) ? { kind, node: to } : undefined))
      )
    })
}

function firstEmpty(packing: Packing, kind: number): number | undefined {
  for (let node = packing.first[kind]!; node < packing.first[kind + 1]!; node++) if (packing.isEmpty(node)) return node
  return undefined
}
