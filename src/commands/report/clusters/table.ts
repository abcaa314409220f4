import {
  type ClusterWorkload,
  clusterWorkloads,
  type FleetInsightList,
  formatCount,
  plural,
  type Totals,
} from '../../../insight/index.ts'
import { type GridColumn, renderGrid } from '../../terminal/grid.ts'
import { type Looks, paragraphs, printable } from '../../terminal/text.ts'
import type { Report } from '../bill.ts'
import { amountColumns, moneyColumns } from '../columns.ts'
import { section } from '../section.ts'
import { workloadColumns } from '../top-workloads.ts'
import { riskCounts } from '../totals.ts'
import { riskCell, UNKNOWN } from '../words.ts'

type Row = Totals & { readonly cluster: string; readonly nodes: string }

/** Renders several clusters: each with its sums, then the workloads of all of them with most to free, and most at risk. */
export function renderClusters(list: FleetInsightList<Report>, looks: Looks): string {
  const { total, items, unread } = list
  const { goal, prices } = items[0]!
  const workloads = new Map(clusterWorkloads(items).map((one) => [`${one.cluster}\n${one.key}`, one]))
  const top = (places: FleetInsightList['topByMoney']) =>
    places.map(({ cluster, key }) => workloads.get(`${cluster}\n${key}`)!)
  const isAsked = total.money.now !== undefined
  const cluster = {
    title: 'CLUSTER',
    align: 'left',
    of: (row: { cluster: string }) => printable(row.cluster),
    least: 24,
  } as const
  const hasNodes = items.some(({ bill }) => bill)
  const nodesColumn: GridColumn<Row> = { title: 'NODES', align: 'right', of: ({ nodes }) => nodes, drop: 2 }
  const clusters: GridColumn<Row>[] = [
    cluster,
    { title: 'WORKLOADS', align: 'right', of: ({ workloads }) => formatCount(workloads), drop: 3 },
    ...amountColumns<Row>(),
    ...moneyColumns<Row>(prices.currency, isAsked),
    ...(hasNodes ? [nodesColumn] : []),
    { title: 'RISKS', align: 'right', of: riskCounts, drop: 1 },
  ]
  const rows = items.map((item): Row => ({ ...item.total, cluster: item.cluster, nodes: nodesOf(item) }))
  const last: Row = { ...total, cluster: 'all', nodes: '' }
  const lines = [
    `${plural(items.length, 'cluster')}${unread.length > 0 ? `, and ${formatCount(unread.length)} that could not be read` : ''}. Goal ${goal}.`,
    ...(hasNodes ? [NODES] : []),
  ]
  const money: GridColumn<ClusterWorkload>[] = [cluster, ...workloadColumns(prices.currency, isAsked)]
  const sections = [
    looks.paint('dim', paragraphs(lines, looks.columns)),
    section('Clusters', renderGrid(clusters, rows, looks, last), looks),
    grid('Most to free', money, top(list.topByMoney), looks),
    grid('Most at risk', RISKS, top(list.topByRisk), looks),
    section('Not read', unread.map((one) => `  ${printable(`${one.cluster}: ${one.error}`)}\n`).join(''), looks),
    looks.paint('dim', paragraphs([CLOSING], looks.columns)),
  ]
  return sections.filter((text) => text !== '').join('\n')
}

const NODES =
  'NODES: how many the learned requests need, of those that are there. Only a node that goes away saves money.'
const CLOSING = 'For one cluster with its nodes, SLOs, notes and next steps: plimsoll report --context NAME'

const RISKS: readonly GridColumn<ClusterWorkload>[] = [
  { title: 'CLUSTER', align: 'left', of: ({ cluster }) => printable(cluster), least: 12 },
  { title: 'WORKLOAD', align: 'left', of: ({ namespace, name }) => printable(`${namespace}/${name}`), least: 20 },
  { title: 'RISK', align: 'left', of: ({ risks }) => riskCell(risks) },
  { title: 'WHY', align: 'left', of: ({ risks }) => printable(risks[0]?.says ?? ''), least: 30 },
]

function grid<R>(title: string, columns: readonly GridColumn<R>[], rows: readonly R[], looks: Looks): string {
  return rows.length === 0 ? '' : section(title, renderGrid(columns, rows, looks), looks)
}

/** Needed and present nodes, such as `7/12`. */
function nodesOf({ bill }: Report): string {
  const learned = bill?.scenarios.at(-1)
  return bill && learned ? `${formatCount(learned.needed)}/${formatCount(bill.nodes)}` : UNKNOWN
}
