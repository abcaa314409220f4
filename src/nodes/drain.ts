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
    const moved = used(packing).filter((node) => tryCheaper(packing, node)).length
    if (emptied + moved === 0) return
  }
}

/** Nodes in use that may go, those that are cheapest to empty for their price first. */
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

/** Of a kind with nodes that stay anyway, only those beyond. */
function mayGo(packing: Packing, node: number): boolean {
  const kind = packing.kindOf[node]!
  const { fixed } = packing.problem.kinds[kind]!
  if (fixed === 0) return true
  let inUse = 0
  for (let other = packing.first[kind]!; other < packing.first[kind + 1]!; other++) if (!packing.isEmpty(other)) inUse++
  return inUse > fixed
}

interface Move {
  readonly pod: number
  readonly to: number
}

function tryToEmpty(packing: Packing, guide: Guide, node: number): boolean {
  const moves: Move[] = []
  const devices = packing.devices.saved(node)
  const pods = [...packing.podsOn(node)].sort(([a], [b]) => guide.sizes[b]! - guide.sizes[a]!)
  for (const [pod, count] of pods) {
    let from = { kind: 0, node: -1 }
    for (let i = 0; i < count; i++) {
      packing.remove(pod, node)
      const to = elsewhere(packing, guide, pod, node, from)
      if (!to) {
        packing.putBack(pod, node)
        return undo(packing, moves, node, devices)
      }
      packing.place(pod, to.node)
      moves.push({ pod, to: to.node })
      from = to
    }
  }
  return keptOrUndone(packing, moves, node, devices)
}

/** The next node in use that takes the Pod, in the order of what it costs there. */
function elsewhere(
  packing: Packing,
  guide: Guide,
  pod: number,
  node: number,
  from: { readonly kind: number; readonly node: number },
): { readonly kind: number; readonly node: number } | undefined {
  const kinds = guide.kindsOf[pod]!
  for (let i = from.kind; i < kinds.length; i++) {
    const kind = kinds[i]!
    const start = i === from.kind && from.node >= 0 ? from.node : packing.first[kind]!
    for (let other = start; other < packing.first[kind + 1]!; other++)
      if (other !== node && !packing.isEmpty(other) && packing.fits(pod, other)) return { kind: i, node: other }
  }
  return undefined
}

function tryCheaper(packing: Packing, node: number): boolean {
  const { kinds, classes } = packing.problem
  const price = kinds[packing.kindOf[node]!]!.price
  const pods = [...packing.podsOn(node)]
  const cheaper = [...kinds.keys()]
    .filter((kind) => kinds[kind]!.price < price && pods.every(([pod]) => classes[pod]!.kinds.includes(kind)))
    .sort((a, b) => kinds[a]!.price - kinds[b]!.price || a - b)
  for (const kind of cheaper) {
    for (let other = packing.first[kind]!; other < packing.first[kind + 1]!; other++) {
      if (!packing.isEmpty(other)) continue
      if (tryToMove(packing, pods, node, other)) return true
      break
    }
  }
  return false
}

function tryToMove(packing: Packing, pods: readonly (readonly [number, number])[], node: number, to: number): boolean {
  const moves: Move[] = []
  const devices = packing.devices.saved(node)
  for (const [pod, count] of pods) {
    for (let i = 0; i < count; i++) {
      packing.remove(pod, node)
      if (!packing.fits(pod, to)) {
        packing.putBack(pod, node)
        return undo(packing, moves, node, devices)
      }
      packing.place(pod, to)
      moves.push({ pod, to })
    }
  }
  return keptOrUndone(packing, moves, node, devices)
}

type Saved = ReturnType<Packing['devices']['saved']>

function keptOrUndone(packing: Packing, moves: readonly Move[], node: number, devices: Saved): boolean {
  const { classes } = packing.problem
  return moves.every(({ pod }) => packing.rules.isKept(classes[pod]!)) || undo(packing, moves, node, devices)
}

/** @returns false: nothing was changed */
function undo(packing: Packing, moves: readonly Move[], node: number, devices: Saved): false {
  for (const { pod, to } of moves.toReversed()) {
    packing.remove(pod, to)
    packing.putBack(pod, node)
  }
  packing.devices.restore(node, devices)
  return false
}
