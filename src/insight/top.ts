import type { WorkloadInsight } from './model.ts'
import { SEVERITIES } from './risk-codes.ts'
import { compare } from './risks.ts'

const TOP = 10

/**
 * At most ten workloads, those with most still to save first.
 *
 * @param worthOf what the requests that a workload frees are worth on the nodes, where they are known: this counts before the value of
 * reservations
 */
export function topByMoney<T extends WorkloadInsight>(
  workloads: readonly T[],
  worthOf: (workload: T) => number = () => 0,
): T[] {
  return top(
    workloads.filter((one) => (one.money.stillToSave ?? 0) > 0 || worthOf(one) > 0),
    (a, b) => worthOf(b) - worthOf(a) || (b.money.stillToSave ?? 0) - (a.money.stillToSave ?? 0),
  )
}

/** At most ten workloads, those with the most risks of the highest severity first; of equal ones, the more expensive first. */
export function topByRisk<T extends WorkloadInsight>(workloads: readonly T[]): T[] {
  return top(
    workloads.filter(({ risks }) => risks.length > 0),
    byRisk,
  )
}

function top<T extends WorkloadInsight>(workloads: T[], order: (a: T, b: T) => number): T[] {
  return workloads.sort((a, b) => order(a, b) || compare(a.key, b.key)).slice(0, TOP)
}

function byRisk(a: WorkloadInsight, b: WorkloadInsight): number {
  for (const severity of SEVERITIES) {
    const count = ({ risks }: WorkloadInsight) => risks.filter((risk) => risk.severity === severity).length
    if (count(a) !== count(b)) return count(b) - count(a)
  }
  return (b.money.now ?? 0) - (a.money.now ?? 0)
}
