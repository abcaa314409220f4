import type { LinearPrograms } from './linear-programs.ts'

/** What one unit of a resource is worth on the nodes of a group, and whether it is what fills them. */
export interface Binding {
  readonly group: string
  readonly resource: string
  /** How much less the nodes cost if Pods demand one unit less: a millicore, a byte, a Pod. */
  readonly valuePerUnit: number
  /** The same as a part of a node of the group. */
  readonly nodesPerUnit: number
}

/** Number of demands that are averaged, and how far they differ from those of the Pods. */
const PERTURBATIONS = 8
const SPREAD = 0.02

/**
 * Marginal values of resources, by group: the duals of the LP relaxation. A dual is degenerate where several resources are full at
 * once, so that they are averaged over slightly different numbers of Pods, which are the same every time.
 *
 * @returns values above 0, by group and then the largest share of the price of a node first
 */
export function bindingResources(programs: LinearPrograms): Binding[] {
  const { problem, capacity: rows } = programs
  const counts = Array.from({ length: PERTURBATIONS }, (_, i) =>
    programs.small.problem.classes.map(
      ({ count }, c) => count * (1 + SPREAD * (2 * fraction(i * 7919 + c * 104_729) - 1)),
    ),
  )
  const solved = programs.withCounts(counts).filter((one) => one !== undefined)
  const values = new Map<string, { readonly binding: Binding; readonly nodes: number; readonly share: number }>()
  const total = new Map<string, number>()
  for (const { group, count } of problem.kinds) total.set(group, (total.get(group) ?? 0) + count)
  for (const [index, { kind, resource }] of rows.entries()) {
    if (resource === undefined) continue
    const { group, capacity, count, price } = problem.kinds[kind]!
    const mean = solved.reduce((sum, { rows: duals }) => sum + duals[index]!, 0) / Math.max(1, solved.length)
    const key = `${group}\n${problem.resources[resource]}`
    const before = values.get(key)
    const part = count / total.get(group)!
    const value = (part * mean) / capacity[resource]!
    const ofNode = (amount: number) => amount / Math.max(price, Number.MIN_VALUE)
    values.set(key, {
      binding: {
        ...{ group, resource: problem.resources[resource]! },
        valuePerUnit: (before?.binding.valuePerUnit ?? 0) + value,
        nodesPerUnit: (before?.binding.nodesPerUnit ?? 0) + ofNode(value),
      },
      nodes: total.get(group)!,
      share: (before?.share ?? 0) + ofNode(part * mean),
    })
  }
  return [...values.values()]
    .filter(({ share }) => share > 1e-6)
    .sort(
      (a, b) =>
        b.nodes - a.nodes ||
        (a.binding.group < b.binding.group ? -1 : 1) * Number(a.binding.group !== b.binding.group) ||
        b.share - a.share,
    )
    .map(({ binding }) => binding)
}

/** A number in 0..1 that looks drawn at random and is always the same for the same seed. */
function fraction(seed: number): number {
  let value = (seed + 0x6d2b79f5) | 0
  value = Math.imul(value ^ (value >>> 15), value | 1)
  value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
  return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32
}
