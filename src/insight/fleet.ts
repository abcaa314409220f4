import type { FleetFacts } from './facts.ts'
import { type FleetInsight, INSIGHT_VERSION, type NamespaceInsight, type WorkloadInsight } from './model.ts'
import { SEVERITIES } from './risk-codes.ts'
import { compare } from './risks.ts'
import { totalsOf } from './totals.ts'
import { workloadInsight } from './workload.ts'

const TOP = 10

/** Computes the insight into a fleet from the facts that were read. */
export function fleetInsight(facts: FleetFacts): FleetInsight {
  const { timeSeconds, sources, window, goal, prices, notes, fared, nodes } = facts
  const usage = {
    fromSeconds: window ? Date.parse(window.from) / 1000 : timeSeconds,
    toSeconds: window ? Date.parse(window.to) / 1000 : timeSeconds,
    stepSeconds: window?.stepSeconds ?? 60,
  }
  const context = { usage, goal, prices, nowSeconds: timeSeconds }
  const workloads = facts.workloads.map((one) => workloadInsight(one, context)).sort((a, b) => compare(a.key, b.key))
  return {
    apiVersion: INSIGHT_VERSION,
    kind: 'FleetInsight',
    time: new Date(Math.floor(timeSeconds * 1000)).toISOString(),
    sources,
    ...(window && { window }),
    ...{ goal, prices, notes },
    ...summary(workloads),
    ...(fared && { fared }),
    ...(nodes && { nodes }),
  }
}

/**
 * Restricts an insight to some of its workloads, such as those that somebody may see. It leaves out `fared` and `nodes`, which are
 * about all workloads.
 */
export function restrict(
  { fared: _, nodes: __, ...insight }: FleetInsight,
  isKept: (workload: WorkloadInsight) => boolean,
): FleetInsight {
  return { ...insight, ...summary(insight.workloads.filter(isKept)) }
}

function summary(
  workloads: readonly WorkloadInsight[],
): Pick<FleetInsight, 'total' | 'namespaces' | 'workloads' | 'topByMoney' | 'topByRisk'> {
  return {
    total: totalsOf(workloads),
    namespaces: [...Map.groupBy(workloads, ({ namespace }) => namespace)]
      .map(([name, its]): NamespaceInsight => ({ name, ...totalsOf(its) }))
      .sort((a, b) => compare(a.name, b.name)),
    workloads,
    topByMoney: top(
      workloads.filter(({ money }) => (money.stillToSave ?? 0) > 0),
      byMoney,
    ),
    topByRisk: top(
      workloads.filter(({ risks }) => risks.length > 0),
      byRisk,
    ),
  }
}

function top(workloads: WorkloadInsight[], order: (a: WorkloadInsight, b: WorkloadInsight) => number): string[] {
  return workloads
    .sort((a, b) => order(a, b) || compare(a.key, b.key))
    .slice(0, TOP)
    .map(({ key }) => key)
}

/** Sorts the workloads with most still to save first. */
function byMoney(a: WorkloadInsight, b: WorkloadInsight): number {
  return (b.money.stillToSave ?? 0) - (a.money.stillToSave ?? 0)
}

/** Sorts the workloads with the most risks of the highest severity first; of equal ones, the more expensive first. */
function byRisk(a: WorkloadInsight, b: WorkloadInsight): number {
  for (const severity of SEVERITIES) {
    const count = ({ risks }: WorkloadInsight) => risks.filter((risk) => risk.severity === severity).length
    if (count(a) !== count(b)) return count(b) - count(a)
  }
  return (b.money.now ?? 0) - (a.money.now ?? 0)
}
