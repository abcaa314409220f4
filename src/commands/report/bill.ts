import { type FleetInsight, formatCount, plural } from '../../insight/index.ts'
import { type Bill, type BillScenario, billOf, type Cluster, type RequestsOf } from '../../nodes/index.ts'
import { type GridColumn, renderGrid } from '../terminal/grid.ts'
import { type Looks, printable, wrap } from '../terminal/text.ts'
import { section } from './section.ts'

/** What the report says about nodes: an insight, and the bill where nodes are known. */
export type Report = FleetInsight & { readonly bill?: Bill }

/** Adds the bill where nodes are known. If it cannot be computed, a note says so, and the rest of the report is complete. */
export async function withBill(insight: FleetInsight, cluster: Cluster | undefined): Promise<Report> {
  if (!cluster) return insight
  if (cluster.nodes.length === 0) {
    const says = cluster.problems.map((problem) => ({ code: 'Warning' as const, says: problem }))
    return { ...insight, notes: [...insight.notes, ...says] }
  }
  try {
    return { ...insight, bill: await computed(insight, cluster) }
  } catch (error) {
    const says = `The needed nodes could not be computed: ${(error as Error).message}`
    return { ...insight, notes: [...insight.notes, { code: 'Warning', says }] }
  }
}

async function computed(insight: FleetInsight, cluster: Cluster): Promise<Bill> {
  const { loadSolver } = await import('../../solver/index.ts')
  const solve = await loadSolver()
  const scenarios = [
    { name: 'as they are', of: () => ({}) },
    { name: "the authors'", of: requestsFrom(insight, 'author') },
    { name: 'applied', of: requestsFrom(insight, 'applied') },
    { name: 'learned', of: requestsFrom(insight, 'learned') },
  ]
  return billOf(cluster, scenarios, solve)
}

/** Requests from the insight; where it has none, a Pod keeps what it has. */
function requestsFrom({ workloads }: FleetInsight, field: 'author' | 'applied' | 'learned'): RequestsOf {
  const byContainer = new Map(
    workloads.flatMap(({ key, containers }) =>
      containers.map(({ name, cpuCores, memoryBytes }) => {
        const [cpu, memory] = [cpuCores[field]?.request, memoryBytes[field]?.request]
        const requests = {
          ...(cpu !== undefined && { cpu: Math.ceil(cpu * 1000 - 1e-6) }),
          ...(memory !== undefined && { memory: Math.ceil(memory) }),
        }
        return [`${key}\n${name}`, requests] as const
      }),
    ),
  )
  return ({ workload }, { name }) => byContainer.get(`${workload}\n${name}`) ?? {}
}

const CAUTION =
  'A saved request saves money only when a node goes away. This counts requests, Pods per node, DaemonSets, selectors, taints, ' +
  'anti-affinity, topology spread, host ports and zones of volumes. Plimsoll never evicts Pods to empty a node: the autoscaler does.'

const UNKNOWN =
  'The nodes are not known here, so this report can only value reservations. The amounts of money are prices of requests: they are ' +
  'saved only when nodes go away. A report of the cluster, with the right to list nodes and Pods, says which nodes can.'

/** Renders which nodes the cluster would need, or that nodes are not known. */
export function renderBill({ bill }: Report, looks: Looks): string {
  if (!bill) return section('The bill', renderLines([UNKNOWN], looks), looks)
  const columns: GridColumn<BillScenario>[] = [
    { title: 'REQUESTS', align: 'left', of: ({ requests }) => requests },
    { title: 'NODES NEEDED', align: 'right', of: ({ needed }) => formatCount(needed) },
    { title: 'AT LEAST', align: 'right', of: ({ atLeast }) => formatCount(atLeast) },
    { title: 'PODS WITHOUT A NODE', align: 'right', of: ({ leftOut }) => formatCount(leftOut) },
    { title: 'BY GROUP', align: 'left', of: groupsCell, drop: 1 },
  ]
  const says = [
    `${plural(bill.nodes, 'node')} now. ${verdict(bill)}`,
    ...bill.binding.slice(0, 3).map(bindingText),
    ...leftOutLines(bill),
    ...keptLines(bill),
    CAUTION,
    ...bill.problems.map(printable),
  ]
  return section('The bill', renderGrid(columns, bill.scenarios, looks) + renderLines(says, looks), looks)
}

function renderLines(texts: readonly string[], { columns }: Looks): string {
  return texts
    .flatMap((text) => wrap(text, columns - 2))
    .map((line) => `  ${line}\n`)
    .join('')
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
function verdict({ scenarios }: Bill): string {
  const [now, learned] = [scenarios[0], scenarios.at(-1)]
  if (!now || !learned || now === learned) return ''
  const fewer = now.needed - learned.needed
  if (fewer > 0) return `With the learned requests, the Pods need ${plural(fewer, 'fewer node')} than with today's.`
  if (fewer === 0)
    return 'With the learned requests, no more nodes can be removed than today: the freed requests do not save money yet.'
  return `With the learned requests, the Pods need ${plural(-fewer, 'more node')} than with today's.`
}

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

/** How to name a resource in a sentence, its unit, and the size of that. */
const UNITS: Readonly<Record<string, readonly [subject: string, unit: string, size: number]>> = {
  cpu: ['CPU', 'core', 1000],
  memory: ['Memory', 'GiB', 2 ** 30],
  pods: ['The number of Pods', 'Pod', 1],
}

function bindingText({ group, resource, valuePerUnit }: Bill['binding'][number]): string {
  const [subject, unit, size] = UNITS[resource] ?? [printable(resource), printable(resource), 1]
  const value = Number((valuePerUnit * size).toPrecision(2))
  return `${subject} fills ${printable(group)}: one ${unit} less saves ${value} of a node.`
}
