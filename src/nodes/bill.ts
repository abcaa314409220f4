import type { Autoscaler } from './autoscaler.ts'
import { type Binding, bindingResources } from './binding.ts'
import { problemOf } from './build-problem.ts'
import type { Cluster, ClusterNode } from './cluster.ts'
import { type FreedRequests, freedRequests, type Priced } from './freed.ts'
import { type KeptNode, keptNodes, type SpareNodes } from './keepers.ts'
import type { LpSolver } from './linear-program.ts'
import { LinearPrograms } from './linear-programs.ts'
import { marginalPrices } from './marginal-prices.ts'
import { type Packed, pack } from './pack.ts'
import { type RequestsByPod, type RequestsOf, requestsByPod } from './quantities.ts'

/** Price of a node. All prices must be for the same time, such as a month. */
export type PriceOf = (node: ClusterNode) => number

/** Which nodes a cluster needs, for several sets of requests. Costs are in the unit of the prices. */
export interface Bill {
  readonly nodes: number
  /** What all nodes that are there cost. */
  readonly cost: number
  /** Whether nodes have prices; else each counts as 1, and costs are numbers of nodes. */
  readonly isPriced: boolean
  readonly scenarios: readonly BillScenario[]
  /** What fills the nodes with today's requests, and what a unit less of it is worth, in nodes. */
  readonly binding: readonly Binding[]
  /** What the requests of the last scenario free, or take, of what fills the nodes today, by workload; the highest worth first. */
  readonly freed: readonly FreedRequests[]
  readonly autoscaler: Autoscaler
  /** What could not be used, a line each. */
  readonly problems: readonly string[]
}

export interface BillScenario {
  readonly requests: string
  /** Number of nodes with which a packing was found, and what they cost. */
  readonly needed: number
  readonly cost: number
  /** Cost below which there is no packing. */
  readonly leastCost: number
  readonly groups: readonly GroupNeed[]
  /** Number of Pods that fit on no node that is there, and one of them. */
  readonly leftOut: number
  readonly leftOutExample?: string
  /** Nodes that the Pods could leave, but that the autoscaler keeps by its rules. */
  readonly kept: readonly KeptNode[]
}

export interface GroupNeed {
  readonly group: string
  readonly present: number
  readonly needed: number
}

export interface BillOptions {
  /** Price of a node; where no node has one, each counts as 1. */
  readonly priceOf?: PriceOf
  /** Called after each scenario with the share (0..1) that is done. */
  readonly onProgress?: (share: number, requests: string) => void
}

/** @param requests what containers request in each scenario, the first being today's */
export function billOf(
  cluster: Cluster,
  requests: readonly { readonly name: string; readonly of: RequestsOf }[],
  solve: LpSolver,
  { priceOf = () => 0, onProgress = () => {} }: BillOptions = {},
): Bill {
  const isPriced = cluster.nodes.some((node) => priceOf(node) > 0)
  const costOf = isPriced ? priceOf : () => 1
  let today: (Priced & { readonly binding: readonly Binding[] }) | undefined
  let last: RequestsByPod | undefined
  const problems = new Set(cluster.problems)
  const known = new Map<string, BillScenario>()
  const compute = ({ name, of }: (typeof requests)[number], i: number): BillScenario => {
    const byPod = requestsByPod(cluster.pods, of)
    last = byPod
    // Most often, little is applied: the same requests, also of DaemonSets, need the same nodes.
    const key = JSON.stringify([...byPod.values()])
    const same = known.get(key)
    if (same) return { ...same, requests: name }
    const its = problemOf(cluster, byPod, costOf)
    const { problem, present, members, nodeNames, problems: more } = its
    for (const line of more) problems.add(line)
    const programs = new LinearPrograms(problem, solve)
    const packed = pack(programs, present)
    const { needed, cost, bound, leftOut } = packed
    if (i === 0) {
      const prices = marginalPrices(programs)
      const binding = bindingResources(programs, prices)
      today = { ...{ cluster, its, packed, prices, binding }, requests: byPod, rows: programs.capacity }
    }
    const stuck = leftOut.findIndex((count) => count > 0)
    const groups = Map.groupBy(problem.kinds.keys(), (kind) => problem.kinds[kind]!.group)
    const scenario: BillScenario = {
      requests: name,
      needed: needed.reduce((sum, count) => sum + count, 0),
      ...{ cost, leastCost: Math.min(cost, isPriced ? bound : Math.ceil(bound)) },
      groups: [...groups].map(([group, kinds]) => ({
        group,
        present: kinds.reduce((sum, kind) => sum + problem.kinds[kind]!.count, 0),
        needed: kinds.reduce((sum, kind) => sum + needed[kind]!, 0),
      })),
      kept: keptNodes(cluster, spareNodes(packed, nodeNames), byPod),
      leftOut: leftOut.reduce((sum, count) => sum + count, 0),
      ...(stuck >= 0 && { leftOutExample: `${members[stuck]![0]!.namespace}/${members[stuck]![0]!.name}` }),
    }
    known.set(key, scenario)
    return scenario
  }
  const scenarios = requests.map((its, i) => {
    const scenario = compute(its, i)
    onProgress((i + 1) / requests.length, its.name)
    return scenario
  })
  const { nodes, autoscaler } = cluster
  const cost = nodes.reduce((sum, node) => sum + costOf(node), 0)
  return {
    ...{ nodes: nodes.length, cost, isPriced, scenarios, autoscaler },
    binding: today?.binding ?? [],
    freed: today && last ? freedRequests(today, last, savedBy(scenarios)) : [],
    problems: [...problems],
  }
}

/** How much less the nodes cost with the last requests than with the first; nothing where more Pods have no node then. */
function savedBy(scenarios: readonly BillScenario[]): number {
  const [first, last] = [scenarios[0]!, scenarios.at(-1)!]
  return last.leftOut > first.leftOut ? 0 : first.cost - last.cost
}

function spareNodes({ packing: { problem, first }, needed }: Packed, names: readonly string[]): SpareNodes[] {
  return problem.kinds.map(({ count }, kind) => ({
    names: names.slice(first[kind], first[kind + 1]),
    spare: count - needed[kind]!,
  }))
}
