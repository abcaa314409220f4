import {
  type ExperimentReport,
  formatCost,
  formatMilliseconds,
  formatShare,
  type PointReport,
  type TrialReport,
} from '../../experiment-client/index.ts'
import { type GridColumn, renderGrid } from '../terminal/grid.ts'
import { type Looks, printable } from '../terminal/text.ts'

const WHY = { baseline: 'baseline', search: 'search', repeatedWinner: 'again' } as const

/** Titles of the rows that are printed while trials end. */
export function trialTitles(measure: string, { paint }: Looks): string {
  return paint('bold', ['  Trial', 'Why     ', 'Cost/h', measure.padStart(11), 'Errors', 'Configuration'].join('  '))
}

/** A trial that has ended, as a line. */
export function trialLine(trial: TrialReport, { paint }: Looks): string {
  const { number, why, costPerHour, latencyMilliseconds, errorShare, configuration, meets, result } = trial
  const cells = [
    String(number).padStart(7),
    WHY[why].padEnd(8),
    formatCost(costPerHour).padStart(6),
    (latencyMilliseconds === undefined ? '-' : formatMilliseconds(latencyMilliseconds)).padStart(11),
    (errorShare === undefined ? '-' : formatShare(errorShare)).padStart(6),
    `${printable(configuration)}: ${paint(meets === undefined ? 'dim' : meets ? 'green' : 'yellow', printable(result))}`,
  ]
  return cells.join('  ')
}

/** The front and the point for each goal. */
export function pointsTable({ front, points, latency }: ExperimentReport, looks: Looks): string {
  const others = Object.values(points).filter(
    (point) => !front.some(({ configuration }) => configuration === point.configuration),
  )
  const rows = [...front, ...others].toSorted((a, b) => a.costPerHour - b.costPerHour)
  const columns: readonly GridColumn<PointReport>[] = [
    {
      title: 'Best for',
      align: 'left',
      of: ({ goals }) => (goals.length === 3 ? 'every goal' : goals.join(', ') || '-'),
    },
    { title: 'Cost/h', align: 'right', of: ({ costPerHour }) => formatCost(costPerHour) },
    {
      title: 'Saves',
      align: 'right',
      of: ({ saving }) => (saving === undefined ? '-' : `${Math.round(saving * 100)} %`),
    },
    {
      title: latency?.measure ?? 'Latency',
      align: 'right',
      of: ({ latencyMilliseconds: { expected } }) => formatMilliseconds(expected),
    },
    {
      title: '95 % interval',
      align: 'right',
      of: ({ latencyMilliseconds: { low, high } }) => `${formatMilliseconds(low)} to ${formatMilliseconds(high)}`,
      drop: 3,
    },
    {
      title: 'Meets limits',
      align: 'right',
      of: ({ probabilityOfMeeting }) => `${Math.floor(probabilityOfMeeting * 100)} %`,
      drop: 2,
    },
    { title: 'Configuration', align: 'left', of: ({ configuration }) => printable(configuration), least: 20 },
  ]
  return renderGrid(columns, rows, looks)
}
