import type { PriceOf } from './bill.ts'
import { problemOf } from './build-problem.ts'
import type { Cluster, ClusterNode, Quantities } from './cluster.ts'
import type { LpSolver } from './linear-program.ts'
import { LinearPrograms } from './linear-programs.ts'
import { pack } from './pack.ts'
import { type Problem, podsOf } from './problem.ts'
import { add, type RequestsByPod, type RequestsOf, requestsByPod } from './quantities.ts'

/** A shape that nodes could have. */
export interface NodeShape {
  readonly name: string
  /** What an empty node offers to Pods: what the system keeps for itself is not in it. Includes `cpu`, `memory` and `pods`. */
  readonly allocatable: Quantities
  /** Labels that come with the shape, such as its instance type and architecture. */
  readonly labels: Readonly<Record<string, string>>
  readonly price: number
}

/** What the cluster would need if its nodes had a shape, or one of several. */
export interface ShapeAnswer {
  readonly shapes: readonly { readonly name: string; readonly nodes: number }[]
  /** Cost of all nodes, with those that keep their shape. */
  readonly cost: number
  /** Number of Pods that fit on no node. */
  readonly leftOut: number
}

export interface ShapeAnswers {
  /** Number of nodes that keep their shape: of the control plane, and with extended resources, such as GPUs. */
  readonly kept: number
  /** The answer for each shape alone, the cheapest first, those that leave out Pods last. */
  readonly alone: readonly ShapeAnswer[]
  /** The best answer in which the cheapest shapes are mixed; absent with a single shape. */
  readonly mixed?: ShapeAnswer
  /** Number of shapes that were not computed, because even a rough estimate makes them more expensive. */
  readonly skipped: number
}

/** Number of shapes that are computed, and that are mixed. */
const MOST_SHAPES = 8
const MOST_MIXED = 3
/** How many more nodes there may be than their resources would fill. */
const SLACK = 2

/**
 * Answers which shapes would cost least: every node becomes one of each shape, with its labels, taints and DaemonSets, and there may
 * be as many as the Pods need.
 *
 * @param requests what containers request instead of what their Pods have
 * @param priceOf price of the nodes that keep their shape
 */
export function answerShapes(
  cluster: Cluster,
  requests: RequestsOf,
  shapes: readonly NodeShape[],
  solve: LpSolver,
  priceOf: PriceOf,
): ShapeAnswers {
  const byPod = requestsByPod(cluster.pods, requests)
  const ask = (its: readonly NodeShape[]) => answer(cluster, byPod, its, solve, priceOf)
  const total: Record<string, number> = {}
  for (const pod of byPod.values()) add(total, pod)
  const tried = shapes.toSorted((a, b) => leastCost(a, total) - leastCost(b, total)).slice(0, MOST_SHAPES)
  const alone = tried
    .map((shape) => ({ shape, its: ask([shape]) }))
    .sort((a, b) => a.its.leftOut - b.its.leftOut || a.its.cost - b.its.cost)
  return {
    kept: cluster.nodes.filter((node) => !isReplaceable(node)).length,
    alone: alone.map(({ its }) => its),
    ...(alone.length > 1 && { mixed: ask(alone.slice(0, MOST_MIXED).map(({ shape }) => shape)) }),
    skipped: shapes.length - tried.length,
  }
}

/** Whether a node could have another shape: not one of the control plane, nor one with extended resources. */
export function isReplaceable({ isFixed, allocatable }: ClusterNode): boolean {
  return !isFixed && !Object.entries(allocatable).some(([resource, amount]) => resource.includes('/') && amount > 0)
}

/** Cost of the nodes that the sum of all requests fills, without what does not fit together. */
function leastCost({ allocatable, price }: NodeShape, total: Quantities): number {
  return (
    price * Math.max(...['cpu', 'memory', 'pods'].map((resource) => (total[resource] ?? 0) / allocatable[resource]!))
  )
}

function answer(
  cluster: Cluster,
  byPod: RequestsByPod,
  shapes: readonly NodeShape[],
  solve: LpSolver,
  priceOf: PriceOf,
): ShapeAnswer {
  const shapeOf = new Map<ClusterNode, NodeShape>()
  const nodes = cluster.nodes.flatMap((node) => {
    if (!isReplaceable(node)) return [node]
    return shapes.map((shape): ClusterNode => {
      const reshaped = {
        ...node,
        group: groupOf(shape),
        allocatable: { ...node.allocatable, ...shape.allocatable },
        labels: { ...node.labels, ...shape.labels },
      }
      shapeOf.set(reshaped, shape)
      return reshaped
    })
  })
  const groups = new Set(shapes.map(groupOf))
  const { problem } = problemOf({ ...cluster, nodes }, byPod, (node) => shapeOf.get(node)?.price ?? priceOf(node))
  const { needed, cost, leftOut } = pack(new LinearPrograms(withEnoughNodes(problem, groups), solve))
  const nodesOf = (shape: NodeShape) =>
    problem.kinds.reduce((sum, { group }, k) => (group === groupOf(shape) ? sum + needed[k]! : sum), 0)
  return {
    shapes: shapes.map((shape) => ({ name: shape.name, nodes: nodesOf(shape) })),
    cost,
    leftOut: leftOut.reduce((sum, count) => sum + count, 0),
  }
}

/** A group of the nodes of a shape, which no group of a node is called. */
function groupOf({ name }: NodeShape): string {
  return `shape\n${name}`
}

/** The problem with so many nodes of each of these groups that all Pods that may use them have room. */
function withEnoughNodes(problem: Problem, groups: ReadonlySet<string>): Problem {
  const { kinds, classes, rules } = problem
  const all = podsOf(problem)
  const enough = kinds.map((kind, k) => {
    if (!groups.has(kind.group)) return kind.count
    let filled = 0
    let apart = 0
    for (const { demand, count, kinds: its, owns } of classes) {
      if (!its.includes(k)) continue
      filled +=
        count * demand.reduce((most, amount, r) => (amount > 0 ? Math.max(most, amount / kind.capacity[r]!) : most), 0)
      if (owns.some((index) => rules[index]!.type === 'apart')) apart = Math.max(apart, count)
    }
    return Math.max(1, Math.min(all, Math.ceil(SLACK * filled) + apart))
  })
  return { ...problem, kinds: kinds.map((kind, k) => ({ ...kind, count: enough[k]! })) }
}
