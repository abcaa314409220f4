import { DEVICE_MILLI, type NodeKind, type PodClass, type Problem } from './problem.ts'

/**
 * A condition that holds on every node of a kind: the Pods on it, each counted with `weight`, sum to at most 1. For n nodes they sum
 * to at most n, which is how it becomes a row of a linear program.
 */
export interface NodeRow {
  readonly kind: number
  /** Resource whose capacity the row states, by index; undefined for rows that only tighten the bound. */
  readonly resource: number | undefined
  readonly weight: (pod: PodClass) => number
}

/** Rows for the capacity of each resource, and for Pods that keep apart from each other on every node. */
export function capacityRows({ kinds, classes, rules }: Problem): NodeRow[] {
  const rows: NodeRow[] = []
  for (const [k, kind] of kinds.entries()) {
    const its = classes.filter((one) => one.kinds.includes(k))
    for (let r = 0; r < kind.capacity.length; r++) {
      const capacity = kind.capacity[r]!
      if (capacity > 0 && its.some(({ demand }) => demand[r]! > 0))
        rows.push({ kind: k, resource: r, weight: ({ demand }) => demand[r]! / capacity })
    }
    if (kind.devices > 0) rows.push(...deviceRows(k, kind))
    for (const [index, count] of ownRules(its)) {
      const { type, domains } = rules[index]!
      if (type !== 'apart' || domains || count < 2) continue
      const weight = ({ owns, matches }: PodClass) => (owns.includes(index) && matches.includes(index) ? 1 : 0)
      rows.push({ kind: k, resource: undefined, weight })
    }
  }
  return rows
}

/** Rules that Pods state about Pods of the same class, and how many Pods state them. */
function ownRules(classes: readonly PodClass[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const { owns, matches, count } of classes)
    for (const index of owns) if (matches.includes(index)) counts.set(index, (counts.get(index) ?? 0) + count)
  return counts
}

/** Each device is a bin: it holds two shares of 0.47, not 2.1. */
function deviceRows(kind: number, { devices }: NodeKind): NodeRow[] {
  return FEASIBLE.map((m) => ({
    kind,
    resource: undefined,
    weight: ({ devices: its }) => (its ? (its.count * wholePart(its.milli / DEVICE_MILLI, m)) / devices : 0),
  }))
}

const FEASIBLE = [1, 2, 3]

/** What a part of a bin counts as, so that no bin holds more than 1 of it; for some parts more than the part. */
function wholePart(part: number, m: number): number {
  const parts = (m + 1) * part
  return Number.isInteger(parts) ? part : Math.floor(parts) / m
}

/**
 * Rows from dual feasible functions: what no packing of whole Pods can do, though a part of a Pod could. With m = 1, two Pods that
 * each need more than half of a node are never on the same node.
 *
 * Source: Fekete, Schepers: New classes of fast lower bounds for bin packing problems (2001), section 3: u^(m).
 */
export function wholePodRows({ kinds, classes }: Problem): NodeRow[] {
  const rows: NodeRow[] = []
  for (const [k, { capacity }] of kinds.entries()) {
    const its = classes.filter((one) => one.kinds.includes(k))
    for (let r = 0; r < capacity.length; r++) {
      const whole = capacity[r]!
      if (whole <= 0) continue
      for (const m of FEASIBLE) {
        const weight = ({ demand }: PodClass) => wholePart(demand[r]! / whole, m)
        if (its.some((pod) => weight(pod) > pod.demand[r]! / whole)) rows.push({ kind: k, resource: undefined, weight })
      }
    }
  }
  return rows
}
