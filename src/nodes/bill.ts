import type { Autoscaler } from './autoscaler.ts'
import { type Binding, bindingResources } from './binding.ts'
import { problemOf } from './build-problem.ts'
import type { Cluster } from './cluster.ts'
import { type KeptNode, keptNodes, type SpareNodes } from './keepers.ts'
import type { LpSolver } from './linear-program.ts'
import { LinearPrograms } from './linear-programs.ts'
import { type Packed, pack } from './pack.ts'
import { type RequestsOf, requestsByPod } from './quantities.ts'

/** Which nodes a cluster needs, for several sets of requests. */
export interface Bill {
  readonly nodes: number
  readonly scenarios: readonly BillScenario[]
  /** What fills the nodes with today's requests, and what a unit less of it is worth, in nodes. */
  readonly binding: readonly Binding[]
  readonly autoscaler: Autoscaler
  /** What could not be used, a line each. */
  readonly problems: readonly string[]
}

export interface BillScenario {
  readonly requests: string
  /** Number of nodes with which a packing was found. */
  readonly needed: number
  /** Number of nodes below which there is none. */
  readonly atLeast: number
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

/** Counts each node as 1. @param requests what containers request in each scenario, the first being today's */
export function billOf(
  cluster: Cluster,
  requests: readonly { readonly name: string; readonly of: RequestsOf }[],
  solve: LpSolver,
): Bill {
  let binding: readonly Binding[] = []
  const problems = new Set(cluster.problems)
  const known = new Map<string, BillScenario>()
  const scenarios = requests.map(({ name, of }, i): BillScenario => {
    const byPod = requestsByPod(cluster.pods, of)
    // Most often, little is applied: the same requests, also of DaemonSets, need the same nodes.
    const key = JSON.stringify([...byPod.values()])
    const same = known.get(key)
    if (same) return { ...same, requests: name }
    const { problem, present, members, nodeNames, problems: more } = problemOf(cluster, byPod)
    for (const line of more) problems.add(line)
    const programs = new LinearPrograms(problem, solve)
    const packed = pack(programs, present)
    const { needed, cost, bound, leftOut } = packed
    if (i === 0) binding = bindingResources(programs)
    const stuck = leftOut.findIndex((count) => count > 0)
    const groups = Map.groupBy(problem.kinds.keys(), (kind) => problem.kinds[kind]!.group)
    const scenario: BillScenario = {
      ...{ requests: name, needed: cost, atLeast: Math.min(cost, Math.ceil(bound)) },
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
  })
  const { nodes, autoscaler } = cluster
  return { nodes: nodes.length, scenarios, binding, autoscaler, problems: [...problems] }
}

function spareNodes({ packing: { problem, first }, needed }: Packed, names: readonly string[]): SpareNodes[] {
  return problem.kinds.map(({ count }, kind) => ({
    names: names.slice(first[kind], first[kind + 1]),
    spare: count - needed[kind]!,
  }))
}
