import type { Bill, BillScenario } from '../../nodes/index.ts'
import { CommandError } from '../failure.ts'
import type { Report } from './bill.ts'
import { csvText } from './csv.ts'

type Group = BillScenario['groups'][number]
type Field = readonly [name: string, of: (scenario: BillScenario, group: Group) => string | number | undefined]

const FIELDS: readonly Field[] = [
  ['requests', ({ requests }) => requests],
  ['group', (_, { group }) => group],
  ['nodes_present', (_, { present }) => present],
  ['nodes_needed', (_, { needed }) => needed],
]
/** The same in every row of a set of requests. */
const ALL: readonly Field[] = [
  ['all_nodes_needed', ({ needed }) => needed],
  ['pods_without_node', ({ leftOut }) => leftOut],
]
const MONEY: readonly Field[] = [
  ['all_per_month', ({ cost }) => cost],
  ['all_at_least_per_month', ({ leastCost }) => leastCost],
]

/**
 * Renders the bill as a row for each set of requests and group of nodes.
 *
 * @throws CommandError if the nodes are not known: an empty table would look like a cluster without nodes
 */
export function renderBillCsv(report: Report): string {
  const fields = fieldsOf([report])
  return csvText([fields.map(([name]) => name), ...rowsOf(report, fields)])
}

/** The same for several clusters, with the cluster in the first column. */
export function renderClustersBillCsv(items: readonly (Report & { readonly cluster: string })[]): string {
  const fields = fieldsOf(items)
  const rows = items.flatMap((item) => rowsOf(item, fields).map((row) => [item.cluster, ...row]))
  return csvText([['cluster', ...fields.map(([name]) => name)], ...rows])
}

function fieldsOf(reports: readonly Report[]): readonly Field[] {
  return [...FIELDS, ...ALL, ...(reports.some(({ bill }) => bill?.isPriced) ? MONEY : [])]
}

function rowsOf(report: Report, fields: readonly Field[]) {
  return requireBill(report).scenarios.flatMap((scenario) =>
    scenario.groups.map((group) => fields.map(([, of]) => of(scenario, group))),
  )
}

/** @throws CommandError if the nodes are not known */
export function requireBill({ bill, notes }: Report): Bill {
  if (bill) return bill
  const why = notes.filter(({ code }) => code === 'Warning').map(({ says }) => says)
  throw new CommandError(['The nodes are not known.', ...why].join(' '))
}
