import type { FleetFacts } from './facts.ts'
import { type FleetInsight, INSIGHT_VERSION, type NamespaceInsight, type WorkloadInsight } from './model.ts'
import { compare } from './risks.ts'
import { topByMoney, topByRisk } from './top.ts'
import { totalsOf } from './totals.ts'
import { workloadInsight } from './workload.ts'

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
    topByMoney: topByMoney(workloads).map(({ key }) => key),
    topByRisk: topByRisk(workloads).map(({ key }) => key),
  }
}
