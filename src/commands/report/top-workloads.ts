import { type FleetInsight, formatCount, type WorkloadInsight } from '../../insight/index.ts'
import type { Bill } from '../../nodes/index.ts'
import { type GridColumn, renderGrid } from '../terminal/grid.ts'
import { type Looks, printable, wrap } from '../terminal/text.ts'
import type { Report } from './bill.ts'
import { amountColumns, moneyColumns } from './columns.ts'
import { section } from './section.ts'
import { confidenceCell, nameOf, podsCell, riskCell, SEVERITY_STYLES, savingCell } from './words.ts'

const TOP = 10

/**
 * Renders the workloads with the most to free, and where nodes are known, which part of it the bill saves; if there are none, the
 * largest workloads.
 */
export function renderMoney({ topByMoney, workloads, prices, total, bill }: Report, looks: Looks): string {
  if (workloads.length === 0) return ''
  const columns = workloadColumns(prices.currency, total.money.now !== undefined, savedColumns(bill, prices.currency))
  if (topByMoney.length > 0) {
    const byKey = new Map(workloads.map((one) => [one.key, one]))
    return section(
      bill ? 'Most to free, by what fills the nodes' : 'Most to free',
      renderGrid(
        columns,
        topByMoney.map((key) => byKey.get(key)!),
        looks,
      ),
      looks,
    )
  }
  const sizeOf = ({ money }: WorkloadInsight) => money.now ?? money.learned ?? 0
  const largest = workloads.toSorted((a, b) => sizeOf(b) - sizeOf(a)).slice(0, TOP)
  const title = total.money.now === undefined ? 'Largest' : 'Largest (nothing to free was found)'
  return section(title, renderGrid(columns, largest, looks), looks)
}

/** Renders the workloads most at risk, and what to do. */
export function renderRisks({ topByRisk, workloads }: FleetInsight, looks: Looks): string {
  const { columns, paint } = looks
  const byKey = new Map(workloads.map((one) => [one.key, one]))
  const lines = topByRisk.flatMap((key) => {
    const workload = byKey.get(key)!
    const [worst, ...others] = workload.risks
    const more = others.length > 0 ? ` (and ${formatCount(others.length)} more)` : ''
    const head = `  ${paint(SEVERITY_STYLES[worst!.severity], worst!.severity.padEnd(6))}  ${nameOf(workload)}: `
    const indent = ' '.repeat(10)
    const text = `${nameOf(workload)}: ${printable(worst!.says)} ${printable(worst!.act)}${more}`
    const [first = '', ...rest] = wrap(text, Math.max(40, columns - indent.length))
    return [head.slice(0, head.length - nameOf(workload).length - 2) + first, ...rest.map((line) => indent + line)]
  })
  return section('Most at risk', lines.map((line) => `${line}\n`).join(''), looks)
}

/** Which part of what the bill saves each workload has. */
function savedColumns(bill: Bill | undefined, currency: string): GridColumn<WorkloadInsight>[] {
  if (!bill?.isPriced) return []
  const saved = new Map(bill.freed.map((its) => [its.workload, its.saved]))
  const of = ({ key }: WorkloadInsight) => savingCell(saved.get(key) ?? 0, currency)
  return [{ group: 'A MONTH', title: 'TO SAVE', align: 'right', of }]
}

/**
 * Columns of a workload, with the amounts and the money of its Pods together.
 *
 * @param more further columns of money
 */
export function workloadColumns(
  currency: string,
  isAsked: boolean,
  more: readonly GridColumn<WorkloadInsight>[] = [],
): GridColumn<WorkloadInsight>[] {
  return [
    { title: 'WORKLOAD', align: 'left', of: nameOf, least: 28 },
    { title: 'KIND', align: 'left', of: ({ kind }) => printable(kind), drop: 4 },
    { title: 'PODS', align: 'right', of: ({ pods }) => podsCell(pods), drop: 2 },
    ...amountColumns<WorkloadInsight>(),
    ...moneyColumns<WorkloadInsight>(currency, isAsked),
    ...more,
    { title: 'CONF', align: 'right', of: ({ confidence }) => confidenceCell(confidence), drop: 2 },
    { title: 'RISK', align: 'left', of: ({ risks }) => riskCell(risks) },
  ]
}
