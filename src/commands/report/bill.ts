import { type FleetInsight, formatCount, plural, topByMoney } from '../../insight/index.ts'
import {
  answerShapes,
  type Bill,
  type BillScenario,
  billOf,
  type Cluster,
  type ShapeAnswers,
} from '../../nodes/index.ts'
import { pricesPerMonth } from '../../readers/index.ts'
import { type GridColumn, renderGrid } from '../terminal/grid.ts'
import { type Looks, printable } from '../terminal/text.ts'
import { formatMoney } from '../terminal/units.ts'
import { renderLines } from './lines.ts'
import { requestsFrom } from './requests-from.ts'
import { section } from './section.ts'
import { shapesToAsk } from './shapes-to-ask.ts'

/** What the report says about nodes: an insight, the bill where nodes are known, and other shapes if asked. Costs are per month. */
export type Report = FleetInsight & { readonly bill?: Bill; readonly shapes?: ShapeAnswers }

export interface BillRequest {
  /** Whether to compute what nodes of other shapes would cost. */
  readonly asksShapes?: boolean | undefined
  /** Called with the share (0..1) that is done, and what that was. */
  readonly onProgress?: (share: number, doing: string) => void
}

/** Adds the bill where nodes are known. If it cannot be computed, a note says so, and the rest of the report is complete. */
export async function withBill(
  insight: FleetInsight,
  cluster: Cluster | undefined,
  request: BillRequest = {},
): Promise<Report> {
  if (!cluster) return insight
  if (cluster.nodes.length === 0) {
    const says = cluster.problems.map((problem) => ({ code: 'Warning' as const, says: problem }))
    return { ...insight, notes: [...insight.notes, ...says] }
  }
  try {
    const made = await computed(insight, cluster, request)
    return { ...insight, ...made, topByMoney: mostToSave(insight, made.bill) }
  } catch (error) {
    const says = `The needed nodes could not be computed: ${(error as Error).message}`
    return { ...insight, notes: [...insight.notes, { code: 'Warning', says }] }
  }
}

async function computed(
  insight: FleetInsight,
  cluster: Cluster,
  { asksShapes, onProgress }: BillRequest,
): Promise<{ readonly bill: Bill; readonly shapes?: ShapeAnswers }> {
  const { loadSolver } = await import('../../solver/index.ts')
  const solve = await loadSolver()
  const learned = requestsFrom(insight, 'learned')
  const scenarios = [
    { name: 'as they are', of: () => ({}) },
    { name: "the authors'", of: requestsFrom(insight, 'author') },
    { name: 'applied', of: requestsFrom(insight, 'applied') },
    { name: 'learned', of: learned },
  ]
  const priceOf = pricesPerMonth(insight.prices)
  const bill = billOf(cluster, scenarios, solve, {
    priceOf,
    ...(onProgress && { onProgress: (share, requests) => onProgress(share, `nodes for the requests ${requests}`) }),
  })
  if (!asksShapes) return { bill }
  const shapes = shapesToAsk(cluster, insight.prices, priceOf)
  return { bill, shapes: answerShapes(cluster, learned, shapes, solve, priceOf) }
}

/** Keys of the workloads whose smaller requests are worth most on the nodes, before those that free only what fills no node. */
function mostToSave({ workloads }: FleetInsight, { freed }: Bill): string[] {
  const worth = new Map(freed.map((its) => [its.workload, its.worth]))
  return topByMoney(workloads, ({ key }) => worth.get(key) ?? 0).map(({ key }) => key)
}

const CAUTION =
  'A saved request saves money only when a node goes away. This counts requests, Pods per node, DaemonSets, selectors, taints, ' +
  'anti-affinity, topology spread, host ports and zones of volumes. Plimsoll never evicts Pods to empty a node: the autoscaler does.'

const UNKNOWN =
  'The nodes are not known here, so this report can only value reservations. The amounts of money are prices of requests: they are ' +
  'saved only when nodes go away. A report of the cluster, with the right to list nodes and Pods, says which nodes can.'

/** Renders which nodes the cluster would need, or that nodes are not known. */
export function renderBill({ bill, prices }: Report, looks: Looks): string {
  if (!bill) return section('The bill', renderLines([UNKNOWN], looks), looks)
  const cost = (amount: number) => (bill.isPriced ? formatMoney(amount, prices.currency) : formatCount(amount))
  const columns: GridColumn<BillScenario>[] = [
    { title: 'REQUESTS', align: 'left', of: ({ requests }) => requests },
    { title: 'NODES NEEDED', align: 'right', of: ({ needed }) => formatCount(needed) },
    ...(bill.isPriced
      ? [{ title: 'A MONTH', align: 'right' as const, of: (its: BillScenario) => cost(its.cost) }]
      : []),
    { title: 'AT LEAST', align: 'right', of: ({ leastCost }) => cost(leastCost) },
    { title: 'PODS WITHOUT A NODE', align: 'right', of: ({ leftOut }) => formatCount(leftOut) },
    { title: 'BY GROUP', align: 'left', of: groupsCell, drop: 1 },
  ]
  const says = [
    `${plural(bill.nodes, 'node')} now${bill.isPriced ? `, for ${cost(bill.cost)} a month` : ''}. ${verdict(bill, cost)}`,
    ...shownOf(bill.binding).map((its) => bindingText(its, bill.isPriced ? prices.currency : undefined)),
    ...unboundLines(bill),
    ...leftOutLines(bill),
    ...keptLines(bill),
    CAUTION,
    ...bill.problems.map(printable),
  ]
  return section('The bill', renderGrid(columns, bill.scenarios, looks) + renderLines(says, looks), looks)
}

/** Pods that fit on no node, with today's requests or only with others. */
function leftOutLines({ scenarios }: Bill): string[] {
  const stuck = scenarios.find(({ leftOut }) => leftOut > 0)
  if (!stuck?.leftOutExample) return []
  const { requests, leftOut, leftOutExample } = stuck
  const what = leftOut === 1 ? '1 Pod fits' : `${formatCount(leftOut)} Pods fit`
  return [`With the requests ${requests}, ${what} on no node that is there, such as ${printable(leftOutExample)}.`]
}

/** What the learned requests change on the bill: a node that goes away is saved, all else is only reserved. */
function verdict({ scenarios, isPriced }: Bill, cost: (amount: number) => string): string {
  const [now, learned] = [scenarios[0], scenarios.at(-1)]
  if (!now || !learned || now === learned) return ''
  const saved = now.cost - learned.cost
  if (Math.abs(saved) < now.cost * SAME_COST)
    return 'With the learned requests, no more nodes can be removed than today: the freed requests do not save money yet.'
  const fewer = now.needed - learned.needed
  const needs = fewer === 0 ? 'other nodes' : plural(Math.abs(fewer), fewer > 0 ? 'fewer node' : 'more node')
  const money = isPriced ? `: ${cost(Math.abs(saved))} a month ${saved > 0 ? 'less' : 'more'}` : ''
  return `With the learned requests, the Pods need ${needs} than with today's${money}.`
}

/** Share of the cost within which two costs are the same: prices are sums of parts that are not whole. */
const SAME_COST = 1e-9

const MOST_KEPT = 5
const MOST_REASONS = 3

/** What keeps nodes that the Pods could leave, by the rules of the autoscaler. */
function keptLines({ scenarios, autoscaler, nodes }: Bill): string[] {
  const last = scenarios.at(-1)
  if (!last) return []
  const spare = nodes - last.needed
  if (spare <= 0) return []
  const { karpenter, clusterAutoscaler } = autoscaler
  if (!karpenter && !clusterAutoscaler)
    return [
      `No autoscaler was found: ${plural(spare, 'spare node')} ${spare === 1 ? 'stays' : 'stay'} until you remove ${spare === 1 ? 'it' : 'them'}.`,
    ]
  const who = [...(karpenter ? ['Karpenter'] : []), ...(clusterAutoscaler ? ['Cluster Autoscaler'] : [])].join(' and ')
  if (last.kept.length === 0)
    return [`Nothing was found that keeps ${who} from removing ${plural(spare, 'spare node')}.`]
  const shown = last.kept.slice(0, MOST_KEPT)
  const more = last.kept.length - shown.length
  return [
    `Of ${plural(spare, 'spare node')}, ${who} keeps ${formatCount(last.kept.length)}:`,
    ...shown.map(({ node, reasons }) => {
      const rest = reasons.length - MOST_REASONS
      const says = reasons.slice(0, MOST_REASONS).map(reasonText).join('; ')
      return `· ${printable(node)}: ${says}${rest > 0 ? `; and ${formatCount(rest)} more reasons` : ''}`
    }),
    ...(more > 0 ? [`· and ${plural(more, 'more node')}; see --output json`] : []),
  ]
}

function reasonText({ pod, says, unblock }: BillScenario['kept'][number]['reasons'][number]): string {
  return printable(`${pod ? `${pod}: ` : ''}${says} (${unblock})`)
}

function groupsCell({ groups }: BillScenario): string {
  return groups.map(({ group, present, needed }) => `${printable(group)} ${needed}/${present}`).join(', ')
}

const MOST_BINDING = 3

/** A few of the resources that fill groups: first what fills any group most, so that the GPUs of a small group are not left out. */
function shownOf(binding: Bill['binding']): Bill['binding'] {
  const firsts = binding.filter(({ group }, i) => group !== binding[i - 1]?.group)
  const distinct = firsts.filter((one, i) => firsts.findIndex(({ resource }) => resource === one.resource) === i)
  const shown = [...new Set([...distinct, ...binding])].slice(0, MOST_BINDING)
  return binding.filter((one) => shown.includes(one))
}

/** Which of CPU and memory has the marginal price 0 on all nodes. */
function unboundLines({ binding }: Bill): string[] {
  if (binding.length === 0) return []
  return (['cpu', 'memory'] as const)
    .filter((name) => !binding.some(({ resource }) => resource === name))
    .map((name) => UNITS[name]![0])
    .map((its) => `${its} fills no nodes: freeing only that saves nothing, unless Pods then fit together better.`)
}

/** How to name a resource in a sentence, its unit, and the size of that. */
const UNITS: Readonly<Record<string, readonly [subject: string, unit: string, size: number]>> = {
  cpu: ['CPU', 'core', 1000],
  memory: ['Memory', 'GiB', 2 ** 30],
  pods: ['The number of Pods', 'Pod', 1],
}

function bindingText(
  { group, resource, valuePerUnit, nodesPerUnit }: Bill['binding'][number],
  currency: string | undefined,
): string {
  const [subject, unit, size] = UNITS[resource] ?? [printable(resource), printable(resource), 1]
  const part = Number((nodesPerUnit * size).toPrecision(2))
  const money = currency === undefined ? '' : `, ${formatMoney(valuePerUnit * size, currency)} a month`
  return `${subject} fills ${printable(group)}: one ${unit} less saves ${part} of a node${money}.`
}
