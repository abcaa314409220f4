import { formatCount } from '../../insight/index.ts'
import type { SloReport } from '../../readers/index.ts'
import { type BurnWindows, budgetLeft, type Requests, type SloReading, shareOf, sumOf } from '../../slos/index.ts'
import { type GridColumn, renderGrid } from '../terminal/grid.ts'
import { type Looks, paragraphs, printable } from '../terminal/text.ts'

/** Most Pods that are listed for each objective. */
const MOST_PODS = 50

interface Line {
  readonly of: string
  readonly long: Requests
  readonly short: Requests
}

/** The SLOs of workloads as text for a terminal. */
export function describeSlos(
  reports: readonly SloReport[],
  namespace: string,
  workload: string | undefined,
  looks: Looks,
): string {
  if (reports.length === 0) {
    const what =
      workload === undefined
        ? `No workload with Pods in namespace ${namespace} has an SLO.`
        : `${workload} has no SLO, or no Pods in namespace ${namespace}.`
    const act = 'State one in the field slos of a SizingPolicy: see docs/slos.md.'
    return paragraphs([printable(what), act], looks.columns)
  }
  return reports.map((report) => describeWorkload(report, looks)).join('\n')
}

function describeWorkload({ workload, readings, revisions }: SloReport, looks: Looks): string {
  const title = looks.paint('bold', printable(`${workload.kind} ${workload.namespace}/${workload.name}`))
  return `${title}\n${readings.map((reading) => describeReading(reading, revisions, looks)).join('\n')}`
}

function describeReading(reading: SloReading, revisions: SloReport['revisions'], looks: Looks): string {
  const { objective, state, message, burn, byPod } = reading
  const budget = overWindowText(reading)
  const listed = [...(byPod ?? [])].filter(([pod]) => revisions.has(pod)).sort(([a], [b]) => (a < b ? -1 : 1))
  const head = [
    `${objective.name}: ${printable(objective.text)}`,
    `  ${state}${message === undefined ? '' : `: ${printable(message)}.`}`,
    ...(budget === undefined ? [] : [`  ${budget}`]),
  ]
  const text = head.map((line) => `  ${line}\n`).join('')
  if (!burn) return text
  return (
    text +
    renderGrid(COLUMNS, linesOf(reading, burn, revisions, listed.slice(0, MOST_PODS)), looks) +
    more(listed.length)
  )
}

function overWindowText(reading: SloReading): string | undefined {
  const { objective, overWindow } = reading
  if (!overWindow) return undefined
  const days = formatDays(objective.windowSeconds)
  if (overWindow.total < 1) return `In ${days}: no requests`
  const left = budgetLeft(reading)
  const budget = left === undefined ? '' : `; ${Math.round(left * 100)} % of the error budget is left`
  return `In ${days}: ${shareText(overWindow)} bad of ${countText(overWindow)} requests${budget}`
}

function formatDays(seconds: number): string {
  return seconds % 86_400 === 0 ? `${seconds / 86_400} days` : `${Math.round(seconds / 60)} minutes`
}

const COLUMNS: readonly GridColumn<Line>[] = [
  // Names of Pods differ at their end, so they are not cut.
  { title: '', align: 'left', of: ({ of }) => of },
  { title: 'Bad, long', align: 'right', of: ({ long }) => shareText(long) },
  { title: 'Requests', align: 'right', of: ({ long }) => countText(long), drop: 1 },
  { title: 'Bad, short', align: 'right', of: ({ short }) => shareText(short) },
  { title: 'Requests', align: 'right', of: ({ short }) => countText(short), drop: 2 },
]

function linesOf(
  { before, byPod }: SloReading,
  burn: NonNullable<SloReading['burn']>,
  revisions: SloReport['revisions'],
  listed: readonly (readonly [pod: string, windows: BurnWindows])[],
): Line[] {
  const byRevision = new Map<string, Line>()
  for (const [pod, windows] of byPod ?? []) {
    const revision = revisions.has(pod) ? (revisions.get(pod) ?? 'none') : 'gone'
    const name =
      revision === 'gone' ? 'Pods that are gone' : revision === 'none' ? 'no revision' : `revision ${revision}`
    const known = byRevision.get(name)
    const line = { of: name, long: windows.long, short: windows.short }
    byRevision.set(
      name,
      known ? { of: name, long: sumOf([known.long, line.long]), short: sumOf([known.short, line.short]) } : line,
    )
  }
  return [
    { of: 'all requests', ...burn },
    ...(before
      ? [{ of: `before revision ${before.revision}`, long: before.requests, short: { bad: 0, total: 0 } }]
      : []),
    ...[...byRevision.values()].sort((a, b) => (a.of < b.of ? -1 : 1)),
    ...listed.map(([pod, windows]) => ({ of: `  ${printable(pod)}`, ...windows })),
  ]
}

function more(pods: number): string {
  const left = pods - MOST_PODS
  return left > 0 ? `    and ${left} more Pods\n` : ''
}

function shareText(requests: Requests): string {
  const share = shareOf(requests)
  return share === undefined ? '-' : `${Number((share * 100).toPrecision(3))} %`
}

function countText({ total }: Requests): string {
  return formatCount(Math.round(total))
}
