import type { SloStatus } from '../../api/index.ts'
import { type FleetInsight, formatCount, type WorkloadInsight } from '../../insight/index.ts'
import { type GridColumn, renderGrid } from '../terminal/grid.ts'
import { type Looks, printable } from '../terminal/text.ts'
import { section } from './section.ts'
import { nameOf, shareCell } from './words.ts'

const MOST = 20

interface Row {
  readonly workload: WorkloadInsight
  readonly slo: SloStatus
}

const ORDER: readonly SloStatus['state'][] = ['BurningFast', 'Burning', 'Invalid', 'NoSeries', 'Stale', 'Unreachable']

/** Renders the SLOs that are not met, or not known, and how many there are of each state; empty where there are no SLOs. */
export function renderSlos({ workloads }: FleetInsight, looks: Looks): string {
  const all = workloads.flatMap((workload) => (workload.slos ?? []).map((slo): Row => ({ workload, slo })))
  if (all.length === 0) return ''
  const rows = all
    .filter(({ slo: { state } }) => ORDER.includes(state))
    .sort((a, b) => ORDER.indexOf(a.slo.state) - ORDER.indexOf(b.slo.state))
  const counts = Map.groupBy(all, ({ slo }) => slo.state)
  const sums = [...counts].map(([state, its]) => `${formatCount(its.length)} ${state}`).join(', ')
  const more = rows.length > MOST ? `  and ${formatCount(rows.length - MOST)} more\n` : ''
  const table = rows.length > 0 ? renderGrid(COLUMNS, rows.slice(0, MOST), looks) : ''
  return section('SLOs', `  ${sums}\n${table}${more}`, looks)
}

const COLUMNS: GridColumn<Row>[] = [
  { title: 'WORKLOAD', align: 'left', of: ({ workload }) => nameOf(workload), least: 28 },
  { title: 'SLO', align: 'left', of: ({ slo }) => printable(slo.name) },
  { title: 'OBJECTIVE', align: 'left', of: ({ slo }) => printable(slo.text), drop: 1 },
  { title: 'STATE', align: 'left', of: ({ slo }) => slo.state },
  { title: 'BAD', align: 'right', of: ({ slo }) => shareCell(slo.share) },
  { title: 'BUDGET', align: 'right', of: ({ slo }) => shareCell(slo.budget) },
  {
    title: 'LEFT',
    align: 'right',
    of: ({ slo: { budgetLeft } }) => (budgetLeft === undefined ? '?' : `${Math.round(budgetLeft * 100)} %`),
  },
]
