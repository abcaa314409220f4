import { type FleetInsight, formatCount, type WorkloadInsight } from '../../insight/index.ts'
import { type GridColumn, renderGrid } from '../terminal/grid.ts'
import { type Looks, printable } from '../terminal/text.ts'
import { renderLines } from './lines.ts'
import { section } from './section.ts'
import { moneyCell, nameOf, podsCell, shareCell } from './words.ts'

const TOP = 10
const MEANING =
  'MIN NOW and MIN NEEDED are minReplicas × requests, as they are and as learned: an HPA never scales below, however low usage is. Only a ' +
  'lower minReplicas makes these Pods fewer. AT MIN is the share of the time with exactly this many Pods.'
const TARGETS =
  'TARGET is the utilization now → the one that keeps the scale point with the learned requests. Change both together: with lower ' +
  'requests and the same target, the HPA adds Pods instead (docs/guides/autoscaling.md).'

type Row = WorkloadInsight & Required<Pick<WorkloadInsight, 'autoscaled'>>

/** Renders the workloads that an HPA scales, those with the most expensive minimum first; empty if there are none. */
export function renderAutoscaled({ workloads, prices: { currency } }: FleetInsight, looks: Looks): string {
  const rows = workloads
    .filter((one): one is Row => one.autoscaled !== undefined)
    .sort((a, b) => (b.autoscaled.minimum.now.perMonth ?? 0) - (a.autoscaled.minimum.now.perMonth ?? 0))
  if (rows.length === 0) return ''
  const money = (title: string, which: 'now' | 'learned'): GridColumn<Row> => ({
    group: 'A MONTH',
    title,
    align: 'right',
    of: ({ autoscaled: { minimum } }) => moneyCell(minimum[which]?.perMonth, currency),
  })
  const columns: GridColumn<Row>[] = [
    { title: 'WORKLOAD', align: 'left', of: nameOf, least: 28 },
    { title: 'HPA', align: 'left', of: ({ autoscaled }) => printable(autoscaled.name), drop: 3 },
    { title: 'PODS', align: 'right', of: ({ pods, autoscaled }) => podsCell(autoscaled.replicas ?? pods) },
    { title: 'MIN', align: 'right', of: ({ autoscaled }) => formatCount(autoscaled.minReplicas) },
    { title: 'MAX', align: 'right', of: ({ autoscaled }) => formatCount(autoscaled.maxReplicas), drop: 2 },
    { title: 'AT MIN', align: 'right', of: ({ autoscaled }) => shareCell(autoscaled.atMinimumShare) },
    money('MIN NOW', 'now'),
    money('MIN NEEDED', 'learned'),
    { title: 'TARGET', align: 'left', of: ({ autoscaled }) => targetsCell(autoscaled), drop: 1 },
  ]
  const more = rows.length - TOP
  const hasKept = rows.some(({ autoscaled }) => autoscaled.targets?.some(({ keeps }) => keeps !== undefined))
  const cheaper = rows
    .slice(0, TOP)
    .flatMap((row) => (row.autoscaled.cheapest ? [`${nameOf(row)}: ${row.autoscaled.cheapest.says}`] : []))
  const says = [
    ...(more > 0 ? [`And ${formatCount(more)} more; see --output json.`] : []),
    MEANING,
    ...(hasKept ? [TARGETS] : []),
    ...cheaper,
  ]
  return section('Scaled by HPAs', renderGrid(columns, rows.slice(0, TOP), looks) + renderLines(says, looks), looks)
}

/** Such as `cpu 80 → 160 %`; `-` without a target utilization. */
export function targetsCell({ targets = [] }: NonNullable<WorkloadInsight['autoscaled']>): string {
  if (targets.length === 0) return '-'
  return targets
    .map(({ resource, container, utilization, keeps }) => {
      const what = container === undefined ? resource : `${resource}/${printable(container)}`
      const to = keeps === undefined || keeps === utilization ? '' : ` → ${keeps}`
      return `${what} ${utilization}${to} %`
    })
    .join(', ')
}
