import type { Cluster, ClusterNode, ClusterPod } from './cluster.ts'
import { collectRules } from './collect-rules.ts'
import { HOSTNAME_LABEL, labelOf, matchesTerms, toleratesAll } from './node-match.ts'
import type { Present } from './pack.ts'
import { hasRoomWhenEmpty, type NodeKind, type PodClass, type Problem } from './problem.ts'
import { add, type RequestsByPod, requestsByPod } from './quantities.ts'

/** Pods and nodes of a cluster as a problem of packing, with names for what comes out of it. */
export interface ClusterProblem {
  readonly problem: Problem
  /** Names of the nodes, in the order of `Packing`. */
  readonly nodeNames: readonly string[]
  /** The Pods of each class. */
  readonly members: readonly (readonly ClusterPod[])[]
  readonly present: Present
  readonly problems: readonly string[]
}

/**
 * Builds the problem for one set of requests.
 *
 * @param requests what each Pod requests; what it has by default
 * @param priceOf price of a node; 1 by default
 */
export function problemOf(
  cluster: Cluster,
  requests: RequestsByPod = requestsByPod(cluster.pods),
  priceOf: (node: ClusterNode) => number = () => 1,
): ClusterProblem {
  const pods = cluster.pods.filter(({ daemonSet, isStatic }) => daemonSet === undefined && !isStatic)
  const resources = [...new Set(['cpu', 'memory', 'pods', ...pods.flatMap((pod) => Object.keys(requests.get(pod)!))])]
  const vector = (amounts: Readonly<Record<string, number>>) =>
    Float64Array.from(resources, (resource) => amounts[resource] ?? 0)

  const overheadOf = overheads(cluster, requests)
  const relevant = relevantLabels(pods)
  const groups = [
    ...Map.groupBy(cluster.nodes, (node) =>
      JSON.stringify([
        node.group,
        relevant(node),
        node.taints,
        node.isFixed,
        priceOf(node),
        [...vector(overheadOf(node))],
      ]),
    ).values(),
  ].flatMap((its) => [...Map.groupBy(its, ({ allocatable }) => vector(allocatable).join()).values()])
  const kinds = groups.map((its): NodeKind => {
    const [first] = its
    const used = vector(overheadOf(first!))
    return {
      group: first!.group,
      capacity: vector(first!.allocatable).map((amount, r) => Math.max(0, amount - used[r]!)),
      count: its.length,
      fixed: first!.isFixed ? its.length : 0,
      price: priceOf(first!),
      devices: 0,
    }
  })
  const representatives = groups.map(([first]) => first!)
  const rules = collectRules(pods, representatives)

  const kindsByPlace = new Map<string, readonly number[]>()
  const placesOf = (pod: ClusterPod): readonly number[] => {
    const key = JSON.stringify([pod.nodeTerms, pod.tolerations])
    const known = kindsByPlace.get(key)
    if (known) return known
    const found = [...representatives.keys()].filter((kind) => {
      const node = representatives[kind]!
      return matchesTerms(node, pod.nodeTerms) && toleratesAll(node.taints, pod.tolerations)
    })
    kindsByPlace.set(key, found)
    return found
  }

  const classes = new Map<string, number>()
  const members: ClusterPod[][] = []
  const classOf = new Map<ClusterPod, number>()
  const made: Omit<PodClass, 'count'>[] = []
  for (const pod of pods) {
    const demand = vector(requests.get(pod)!)
    const { owns, matches } = rules.of(pod)
    const places = placesOf(pod)
    const key = [demand.join(), places.join(), owns.join(), matches.join()].join('|')
    let index = classes.get(key)
    if (index === undefined) {
      index = made.length
      classes.set(key, index)
      const takes = places.filter((kind) => hasRoomWhenEmpty(kinds[kind]!, { demand }))
      made.push({ demand, kinds: takes, owns, matches })
      members.push([])
    }
    members[index]!.push(pod)
    classOf.set(pod, index)
  }
  const nodeNames = groups.flatMap((its) => its.map(({ name }) => name))
  return {
    problem: {
      ...{ resources, kinds, rules: rules.all },
      classes: made.map((its, c) => ({ ...its, count: members[c]!.length })),
    },
    ...{ nodeNames, members, problems: rules.problems },
    present: presentOf(pods, nodeNames, classOf),
  }
}

function presentOf(
  pods: readonly ClusterPod[],
  nodeNames: readonly string[],
  classOf: ReadonlyMap<ClusterPod, number>,
): Present {
  const byNode = Map.groupBy(pods, ({ node }) => node)
  return nodeNames.map((name) => (byNode.get(name) ?? []).map((pod) => classOf.get(pod)!))
}

/** What every node runs: a Pod of each DaemonSet that matches it, and the static Pods of its kubelet. */
function overheads({ pods }: Cluster, requests: RequestsByPod): (node: ClusterNode) => Record<string, number> {
  const daemons = [...Map.groupBy(pods, ({ daemonSet }) => daemonSet)].flatMap(([name, its]) =>
    name === undefined ? [] : [its[0]!],
  )
  const statics = Map.groupBy(
    pods.filter(({ isStatic }) => isStatic),
    ({ node }) => node,
  )
  const known = new Map<ClusterNode, Record<string, number>>()
  return (node) => {
    const before = known.get(node)
    if (before) return before
    const sum: Record<string, number> = {}
    for (const pod of daemons)
      if (matchesTerms(node, pod.nodeTerms) && toleratesAll(node.taints, pod.tolerations)) add(sum, requests.get(pod)!)
    for (const pod of statics.get(node.name) ?? []) add(sum, requests.get(pod)!)
    known.set(node, sum)
    return sum
  }
}

/** Labels that name a single node: only the values that some Pod names tell nodes apart. */
const NAMES = [HOSTNAME_LABEL, 'metadata.name']

/** The labels of a node that some Pod looks at, as text. */
function relevantLabels(pods: readonly ClusterPod[]): (node: ClusterNode) => string {
  const keys = new Set<string>()
  const named = new Set<string>()
  for (const term of pods.flatMap(({ nodeTerms }) => nodeTerms.flat())) {
    for (const { key, values = [] } of [...(term.matchExpressions ?? []), ...(term.matchFields ?? [])]) {
      if (NAMES.includes(key)) for (const value of values) named.add(value)
      else keys.add(key)
    }
  }
  for (const { topologyKey } of pods.flatMap(({ rules }) => rules))
    if (!NAMES.includes(topologyKey)) keys.add(topologyKey)
  const sorted = [...keys].sort()
  return ({ name, labels }) =>
    JSON.stringify([
      sorted.map((key) => labelOf(labels, key) ?? null),
      [name, labels[HOSTNAME_LABEL] ?? ''].filter((one) => named.has(one)),
    ])
}
