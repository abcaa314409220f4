import type { ClusterProblem } from './build-problem.ts'
import type { Cluster, ClusterPod, Quantities } from './cluster.ts'
import type { NodeRow } from './node-rows.ts'
import type { Packed } from './pack.ts'
import type { PodClass } from './problem.ts'
import type { RequestsByPod } from './quantities.ts'
import { type Duals, priced } from './relaxation.ts'

/** What other requests of a workload are worth on the nodes, in the unit of the prices of nodes. */
export interface FreedRequests {
  /** Key of the workload. */
  readonly workload: string
  /**
   * What the freed requests of all its Pods are worth at today's marginal prices: nothing where a resource binds nowhere, and negative
   * if the workload needs more of what binds.
   */
  readonly worth: number
  /** Its part of what the bill saves: at most `worth`, and at most what the bill saves for all workloads together. */
  readonly saved: number
}

/** A cluster with today's requests: its problem, its packing and its marginal prices. */
export interface Priced {
  readonly cluster: Cluster
  readonly its: ClusterProblem
  readonly requests: RequestsByPod
  readonly packed: Packed
  readonly rows: readonly NodeRow[]
  /** Marginal price of each row. */
  readonly prices: Duals
}

/** Share of the cost of the nodes below which a value is an error of floating point. */
const NEXT_TO_NOTHING = 1e-9

/**
 * What each workload frees with other requests, by what binds. Every Pod costs the price of its room on its cheapest kind of node, so
 * its freed requests are worth the difference. A marginal price holds for the next unit only, so the sum over all workloads may be more
 * than any placement saves. The bill limits what is promised: what it saves is divided in proportion to the worth.
 *
 * @param after what each Pod requests then
 * @param saved how much less the nodes cost then; negative if they cost more
 * @returns the workloads whose freed requests are worth something, or cost something; the highest worth first
 */
export function freedRequests(today: Priced, after: RequestsByPod, saved: number): FreedRequests[] {
  const worth = worthByWorkload(today, after)
  const least = today.packed.cost * NEXT_TO_NOTHING
  const all = [...worth].filter(([, its]) => Math.abs(its) > least)
  const gained = all.reduce((sum, [, its]) => sum + Math.max(0, its), 0)
  const part = gained > 0 ? Math.min(1, Math.max(0, saved) / gained) : 0
  return all
    .map(([workload, its]) => ({ workload, worth: its, saved: Math.max(0, its) * part }))
    .sort((a, b) => b.worth - a.worth || (a.workload < b.workload ? -1 : 1))
}

function worthByWorkload({ cluster, its, requests, packed, rows, prices }: Priced, after: RequestsByPod) {
  const { problem, members, nodeNames } = its
  const costOn = priced(problem, rows, prices)
  const demandOf = (amounts: Quantities) => Float64Array.from(problem.resources, (resource) => amounts[resource] ?? 0)
  const worth = new Map<string, number>()
  const note = ({ workload }: ClusterPod, value: number) => {
    if (workload !== undefined) worth.set(workload, (worth.get(workload) ?? 0) + value)
  }
  for (const [c, pods] of members.entries()) {
    const podClass = problem.classes[c]!
    // A Pod that fits on no node takes no room.
    if (podClass.kinds.length === 0) continue
    const costOf = (demand: Float64Array) => {
      const pod = { ...podClass, demand }
      return Math.min(...podClass.kinds.map((kind) => costOn(pod, kind)))
    }
    const now = costOf(podClass.demand)
    for (const pod of pods) note(pod, now - costOf(demandOf(after.get(pod)!)))
  }
  // Pods of DaemonSets and static Pods take room on each node that is needed, and on no other node.
  const kindOf = new Map(nodeNames.map((name, node) => [name, packed.packing.kindOf[node]!]))
  for (const pod of cluster.pods) {
    const kind = pod.daemonSet !== undefined || pod.isStatic ? kindOf.get(pod.node ?? '') : undefined
    if (kind === undefined) continue
    const costOf = (amounts: Quantities) => costOn({ ...ALONE, demand: demandOf(amounts) }, kind)
    const share = packed.needed[kind]! / problem.kinds[kind]!.count
    note(pod, share * (costOf(requests.get(pod)!) - costOf(after.get(pod)!)))
  }
  return worth
}

/** A Pod without rules. */
const ALONE: Omit<PodClass, 'demand'> = { count: 1, kinds: [], owns: [], matches: [] }
