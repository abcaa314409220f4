import { Goal } from '../../api/index.ts'
import {
  type FleetInsight,
  formatCount,
  type GoalInsight,
  type NamespaceInsight,
  type Totals,
} from '../../insight/index.ts'
import { type GridColumn, renderGrid } from '../terminal/grid.ts'
import { type Looks, printable, wrap } from '../terminal/text.ts'
import { amountColumns, moneyColumns } from './columns.ts'
import { section } from './section.ts'
import { bytesCell, coresCell, moneyCell, shareCell } from './words.ts'

/** Renders each namespace, and the sum of all. */
export function renderNamespaces({ namespaces, total, prices: { currency } }: FleetInsight, looks: Looks): string {
  if (namespaces.length === 0) return ''
  const columns: GridColumn<NamespaceInsight>[] = [
    { title: 'NAMESPACE', align: 'left', of: ({ name }) => printable(name), least: 12 },
    { title: 'WORKLOADS', align: 'right', of: ({ workloads }) => formatCount(workloads), drop: 3 },
    ...amountColumns<NamespaceInsight>(),
    ...moneyColumns<NamespaceInsight>(currency, total.money.now !== undefined),
    { title: 'RISKS', align: 'right', of: riskCounts, drop: 1 },
  ]
  return section('Namespaces', renderGrid(columns, namespaces, looks, { name: 'all', ...total }), looks)
}

/** Numbers of workloads with a high and with a medium risk, such as `2+5`; `-` if there are none. */
export function riskCounts({ risks: { high, medium } }: Totals): string {
  return high + medium === 0 ? '-' : `${high}+${medium}`
}

/** Why the goal in force may differ from the columns NEEDED. */
const PUBLISHED =
  'All goals are computed from the usage that was read here; NEEDED above is what the learner in the cluster has published.'

/** Renders what each goal would cost and risk. */
export function renderGoals({ total, goal, workloads, prices: { currency } }: FleetInsight, looks: Looks): string {
  const rows = Goal.options.flatMap((name) => (total.goals[name] ? [{ name, ...total.goals[name] }] : []))
  if (rows.length === 0) return ''
  type Row = GoalInsight & { readonly name: Goal }
  const columns: GridColumn<Row>[] = [
    { title: 'GOAL', align: 'left', of: ({ name }) => (name === goal ? { text: name, style: 'bold' } : name) },
    { title: 'CPU', align: 'right', of: ({ cpuCores }) => coresCell(cpuCores) },
    { title: 'MEMORY', align: 'right', of: ({ memoryBytes }) => bytesCell(memoryBytes) },
    { title: 'A MONTH', align: 'right', of: ({ perMonth }) => moneyCell(perMonth, currency) },
    { title: 'CPU ABOVE REQUEST', align: 'right', of: ({ cpuAboveShare }) => shareCell(cpuAboveShare) },
    { title: 'DAYS WITH AN OOM KILL', align: 'right', of: ({ oomDayChance }) => shareCell(oomDayChance) },
  ]
  const isPublished = workloads.some(({ recommendation }) => recommendation?.learned !== undefined)
  const note = isPublished ? wrap(PUBLISHED, looks.columns - 2).map((line) => `  ${line}\n`) : []
  return section('What each goal would cost and risk', renderGrid(columns, rows, looks) + note.join(''), looks)
}

/** Renders what has changed since last week; empty if nothing is known about it. */
export function renderTrend(
  { total: { trend }, prices: { currency } }: FleetInsight,
  { columns, paint }: Looks,
): string {
  const parts = [
    ['CPU used', trend.cpuUsedCores, coresCell],
    ['memory used', trend.memoryUsedBytes, bytesCell],
    ['CPU requested', trend.cpuReservedCores, coresCell],
    ['memory requested', trend.memoryReservedBytes, bytesCell],
    ['cost', trend.perMonth, (amount: number) => moneyCell(amount, currency)],
  ] as const
  const told = parts.flatMap(([what, change, spell]) => {
    if (!change) return []
    const share = change.before === 0 ? '' : ` (${signed(change.now / change.before - 1)})`
    return [`${what} ${spell(change.before)} → ${spell(change.now)}${share}`]
  })
  if (told.length === 0) return ''
  const indent = '  '
  return `${paint('cyan', 'Since last week')}\n${wrap(`${told.join(', ')}.`, columns - indent.length)
    .map((line) => `${indent}${line}\n`)
    .join('')}`
}

function signed(share: number): string {
  const percent = Math.round(share * 100)
  return percent === 0 ? '±0 %' : `${percent > 0 ? '+' : '−'}${Math.abs(percent)} %`
}
