import { Goal } from '../../api/index.ts'
import { type Fared, type FleetInsight, formatCount, plural } from '../../insight/index.ts'
import { type GridColumn, renderGrid } from '../terminal/grid.ts'
import type { Looks } from '../terminal/text.ts'
import { section } from './section.ts'
import { shareCell } from './words.ts'

/** Renders how decisions would have performed: those of each goal, and those of `--decisions`. */
export function renderFared({ fared }: FleetInsight, looks: Looks): string {
  if (!fared) return ''
  type Row = Fared & { readonly name: string }
  const rows: Row[] = [
    ...(fared.decisions ? [{ name: 'these decisions', ...fared.decisions }] : []),
    ...Goal.options.map((goal) => ({ name: goal, ...fared.goals[goal] })),
  ]
  const fixed = (value: number) => value.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const columns: GridColumn<Row>[] = [
    { title: '', align: 'left', of: ({ name }) => name },
    {
      group: 'CPU CORE-DAYS',
      title: 'RESERVED',
      align: 'right',
      of: ({ cpuReservedCoreDays }) => fixed(cpuReservedCoreDays),
    },
    { title: 'USED', align: 'right', of: ({ cpuUsedCoreDays }) => fixed(cpuUsedCoreDays) },
    { title: 'SHORT', align: 'right', of: ({ cpuShortShare }) => shareCell(cpuShortShare) },
    {
      group: 'MEMORY GIB-DAYS',
      title: 'RESERVED',
      align: 'right',
      of: ({ memoryReservedGibDays }) => fixed(memoryReservedGibDays),
    },
    { title: 'USED', align: 'right', of: ({ memoryUsedGibDays }) => fixed(memoryUsedGibDays) },
    {
      title: 'OOM-DAYS',
      align: 'right',
      of: ({ oomDays, oomDayShare }) => `${formatCount(oomDays)} (${shareCell(oomDayShare)})`,
    },
  ]
  const { containers, containerDays } = fared.decisions ?? fared.goals.balanced
  const title = `How the decisions would have performed (${plural(containers, 'container')}, ${plural(containerDays, 'container-day')}, from the eighth day of each on)`
  return section(title, renderGrid(columns, rows, looks), looks)
}
