import type { LinearPrograms } from './linear-programs.ts'
import { marginalPrices } from './marginal-prices.ts'
import type { Duals } from './relaxation.ts'

/** What one unit of a resource is worth on the nodes of a group, and whether it is what fills them. */
export interface Binding {
  readonly group: string
  readonly resource: string
  /** How much less the nodes cost if Pods demand one unit less: a millicore, a byte, a Pod. */
  readonly valuePerUnit: number
  /** The same as a part of a node of the group. */
  readonly nodesPerUnit: number
}

/**
 * Marginal values of resources, by group.
 *
 * @param prices marginal prices of the same programs
 * @returns values above 0, by group and then the largest share of the price of a node first
 */
export function bindingResources(programs: LinearPrograms, prices: Duals = marginalPrices(programs)): Binding[] {
  const { problem, capacity: rows } = programs
  const values = new Map<string, { readonly binding: Binding; readonly nodes: number; readonly share: number }>()
  const total = new Map<string, number>()
  for (const { group, count } of problem.kinds) total.set(group, (total.get(group) ?? 0) + count)
  for (const [index, { kind, resource }] of rows.entries()) {
    if (resource === undefined) continue
    const { group, capacity, count, price } = problem.kinds[kind]!
    const worth = prices.rows[index]!
    const key = `${group}\n${problem.resources[resource]}`
    const before = values.get(key)
    const part = count / total.get(group)!
    const value = (part * worth) / capacity[resource]!
    const ofNode = (amount: number) => amount / Math.max(price, Number.MIN_VALUE)
    values.set(key, {
      binding: {
        ...{ group, resource: problem.resources[resource]! },
        valuePerUnit: (before?.binding.valuePerUnit ?? 0) + value,
        nodesPerUnit: (before?.binding.nodesPerUnit ?? 0) + ofNode(value),
      },
      nodes: total.get(group)!,
      share: (before?.share ?? 0) + ofNode(part * worth),
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
