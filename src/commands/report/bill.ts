import { type FleetInsight, formatCount, plural } from '../../insight/index.ts'
import { type Bill, type BillScenario, billOf, type Cluster, type RequestsOf } from '../../nodes/index.ts'
import { loadSolver } from '../../solver/index.ts'
import { type GridColumn, renderGrid } from '../terminal/grid.ts'
import { type Looks, printable, wrap } from '../terminal/text.ts'
import { section } from './section.ts'

/** What the report says about nodes: an insight, and the bill where nodes are known. */
export type Report = FleetInsight & { readonly bill?: Bill }

/** Adds the bill where nodes are known. If it cannot be computed, a note says so, and the rest of the report is complete. */
export async function withBill(insight: FleetInsight, cluster: Cluster | undefined): Promise<Report> {
  if (!cluster) return insight
  try {
    return { ...insight, bill: await computed(insight, cluster) }
  } catch (error) {
    const says = `Which nodes are needed could not be computed: ${(error as Error).message}`
    return { ...insight, notes: [...insight.notes, { code: 'Warning', says }] }
  }
}

async function computed(insight: FleetInsight, cluster: Cluster): Promise<Bill> {
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
  'anti-affinity, topology spread, host ports and zones of volumes. It does not count PodDisruptionBudgets and what else keeps an ' +
  'autoscaler from removing a node; Plimsoll never evicts Pods to empty one.'

/** Renders which nodes the cluster would need; empty where nodes are not known. */
export function renderBill({ bill }: Report, looks: Looks): string {
  if (!bill) return ''
  const columns: GridColumn<BillScenario>[] = [
    { title: 'REQUESTS', align: 'left', of: ({ requests }) => requests },
    { title: 'NODES NEEDED', align: 'right', of: ({ needed }) => formatCount(needed) },
    { title: 'AT LEAST', align: 'right', of: ({ atLeast }) => formatCount(atLeast) },
    { title: 'PODS WITHOUT A NODE', align: 'right', of: ({ leftOut }) => formatCount(leftOut) },
    { title: 'BY GROUP', align: 'left', of: groupsCell, drop: 1 },
  ]
  const says = [`${plural(bill.nodes, 'node')} now.`, ...bill.binding.slice(0, 3).map(bindingText), CAUTION]
  const lines = [...says, ...bill.problems.map(printable)].flatMap((text) => wrap(text, looks.columns - 2))
  return section(
    'The bill',
    renderGrid(columns, bill.scenarios, looks) + lines.map((line) => `  ${line}\n`).join(''),
    looks,
  )
}

function groupsCell({ groups }: BillScenario): string {
  return groups.map(({ group, present, needed }) => `${printable(group)} ${needed}/${present}`).join(', ')
}

const UNITS: Readonly<Record<string, readonly [unit: string, size: number]>> = {
  cpu: ['core', 1000],
  memory: ['GiB', 2 ** 30],
  pods: ['Pod', 1],
}

function bindingText({ group, resource, valuePerUnit }: Bill['binding'][number]): string {
  const [unit, size] = UNITS[resource] ?? [resource, 1]
  const value = Number((valuePerUnit * size).toPrecision(2))
  return `What fills ${printable(group)} is ${resource === 'cpu' ? 'CPU' : resource}: one ${unit} less is worth ${value} of a node.`
}
