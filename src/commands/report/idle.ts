import { type FleetInsight, formatCount, type WorkloadInsight } from '../../insight/index.ts'
import { formatCores } from '../../resources/index.ts'
import { type GridColumn, renderGrid } from '../terminal/grid.ts'
import { type Looks, printable } from '../terminal/text.ts'
import { renderLines } from './lines.ts'
import { section } from './section.ts'
import { moneyCell, nameOf, podsCell, UNKNOWN } from './words.ts'

const TOP = 10
const CAUTION =
  'Ask their owners, and scale to zero what nobody needs: kubectl scale --replicas=0. Plimsoll never does that. The money is what they ' +
  'reserve.'

/** Renders workloads that have used next to nothing for 14 days, the most expensive first; empty if there are none. */
export function renderIdle({ workloads, prices }: FleetInsight, looks: Looks): string {
  const idle = workloads.filter((one) => one.idle !== undefined).sort((a, b) => (b.money.now ?? 0) - (a.money.now ?? 0))
  if (idle.length === 0) return ''
  const columns: GridColumn<WorkloadInsight>[] = [
    { title: 'WORKLOAD', align: 'left', of: nameOf, least: 28 },
    { title: 'KIND', align: 'left', of: ({ kind }) => printable(kind), drop: 2 },
    { title: 'PODS', align: 'right', of: ({ pods }) => podsCell(pods), drop: 1 },
    { title: 'A MONTH', align: 'right', of: ({ money }) => moneyCell(money.now, prices.currency) },
    { title: 'MOST CPU', align: 'right', of: ({ idle }) => formatCores(idle!.cpuCores) },
    { title: 'RECEIVED', align: 'right', of: ({ idle }) => receivedCell(idle!.receivedBytesPerSecond) },
    { title: 'LAST ACTIVE', align: 'left', of: ({ idle }) => idle!.lastActive?.slice(0, 16) ?? 'not in this time' },
  ]
  const more = idle.length - TOP
  const says = [...(more > 0 ? [`And ${formatCount(more)} more; see --output json.`] : []), CAUTION]
  return section('Idle for 14 days', renderGrid(columns, idle.slice(0, TOP), looks) + renderLines(says, looks), looks)
}

function receivedCell(bytesPerSecond: number | undefined): string {
  return bytesPerSecond === undefined ? UNKNOWN : `${formatCount(Math.round(bytesPerSecond))} B/s`
}
