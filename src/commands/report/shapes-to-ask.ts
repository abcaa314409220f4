import { HOURS_PER_MONTH, type PriceTable } from '../../insight/index.ts'
import { type Cluster, type ClusterNode, isReplaceable, type NodeShape, type PriceOf } from '../../nodes/index.ts'

const GIB = 2 ** 30
const TYPE_LABEL = 'node.kubernetes.io/instance-type'
/** Labels of a node that come with its shape. */
const SHAPE_LABELS = [TYPE_LABEL, 'beta.kubernetes.io/instance-type', 'kubernetes.io/arch', 'beta.kubernetes.io/arch']

/** The shapes to ask about: those of the prices file, and those that nodes have now. */
export function shapesToAsk({ nodes }: Cluster, prices: PriceTable, priceOf: PriceOf): NodeShape[] {
  const stated = prices.nodes.flatMap(({ name, labels = {}, nodeHour, cpu, memory, pods }): NodeShape[] => {
    if (cpu === undefined || memory === undefined || pods === undefined) return []
    const allocatable = { cpu: Math.floor(cpu * 1000), memory: Math.floor(memory), pods }
    return [{ name, labels, allocatable, price: nodeHour * HOURS_PER_MONTH }]
  })
  const names = new Set(stated.map(({ name }) => name))
  const present = [...Map.groupBy(nodes.filter(isReplaceable), nameOf)]
    .filter(([name]) => !names.has(name))
    .map(([name, its]) => shapeOf(name, most(its), priceOf))
  return [...stated, ...present].filter(({ price }) => price > 0)
}

function nameOf({ group, labels }: ClusterNode): string {
  return labels[TYPE_LABEL] ?? group
}

function shapeOf(name: string, node: ClusterNode, priceOf: PriceOf): NodeShape {
  const { cpu, memory, pods } = node.allocatable
  const labels = Object.fromEntries(
    SHAPE_LABELS.flatMap((label) => (node.labels[label] === undefined ? [] : [[label, node.labels[label]]])),
  )
  return { name, labels, allocatable: { cpu: cpu!, memory: memory!, pods: pods! }, price: priceOf(node) }
}

/** A node as most of them are; nodes that differ by some MiB are alike. */
function most(nodes: readonly ClusterNode[]): ClusterNode {
  const alike = Map.groupBy(nodes, ({ allocatable: { cpu, memory, pods } }) =>
    [cpu, Math.round(memory! / GIB), pods].join(),
  )
  return [...alike.values()].reduce((best, its) => (its.length > best.length ? its : best))[0]!
}
