import type { Goal } from '../../api/index.ts'
import { amount, type Comparison, day, type Figures, figuresOf, percent } from '../../backtest/index.ts'
import type { Report } from '../../backtest-page/index.ts'
import { plural } from '../../insight/index.ts'
import { type Looks, paragraphs } from '../terminal/text.ts'

/** A column: the title of its group, its title, and the text of its cells. The first column is aligned left. */
type Column = readonly [group: string, title: string, of: (figures: Figures) => string]

const COLUMNS: readonly Column[] = [
  ['', '', ({ label }) => label],
  ['CPU', 'core-days', ({ cpuReservedCoreDays }) => amount(cpuReservedCoreDays)],
  ['', 'saved', ({ cpuSaved }) => percent(cpuSaved)],
  ['', 'short', ({ cpuShort }) => percent(cpuShort)],
  ['MEMORY', 'GiB-days', ({ memoryReservedGibDays }) => amount(memoryReservedGibDays)],
  ['', 'saved', ({ memorySaved }) => percent(memorySaved)],
  ['', 'OOM', ({ oomDays }) => percent(oomDays)],
  ['CHANGES', 'a day', ({ changes }) => changes.toFixed(2)],
]
const GAP = '  '

/** Renders the summary: what would have been reserved, saved and too little, for each goal, next to VPA and KRR. */
export function renderSummary(report: Report, looks: Looks): string {
  const { source, firstSeconds, lastSeconds, cadence, goal, comparison } = report
  const { columns, paint } = looks
  const { containers, containerDays } = comparison.goals[0]!.score
  const judged = `${plural(containers, 'container')} of ${report.containers}, ${plural(containerDays, 'container-day')}`
  const head = [
    `${source}: ${day(firstSeconds)} to ${day(lastSeconds)}, decided every ${cadence}.`,
    `Judged from the eighth day of each container on: ${judged}.`,
  ]
  const table = renderTable(figuresOf(comparison), goal, looks)
  const notes = [
    'Reserved is the sum of requests over time. Saved is compared with always reserving the highest usage of each container. Short is CPU ' +
      'used above the request, as a share of all CPU used. OOM is days with usage above the memory limit, as a share of all container-days.',
    comparison.running
      ? `Plimsoll's goals change new Pods only, once a day. "running Pods too" is ${goal} with in-place resize: decided every hour, with about as many changes.`
      : '',
    ...sloNotes(comparison),
    ...confidenceNotes(comparison, goal),
    '--report FILE.html writes the same as a page with plots; --out FILE.csv writes every decision.',
  ].filter((note) => note !== '')
  return `\n${paragraphs(head, columns)}\n${table}\n${paint('dim', paragraphs(notes, columns).trimEnd())}\n`
}

function renderTable(rows: readonly Figures[], goal: Goal, { paint }: Looks): string {
  const cells = rows.map((row) => COLUMNS.map(([, , textOf]) => textOf(row)))
  const widths = COLUMNS.map(([group, title], i) =>
    Math.max(group.length, title.length, ...cells.map((texts) => texts[i]!.length)),
  )
  const line = (texts: readonly string[]) =>
    texts.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join(GAP)
  const bold = (text: string) => paint('bold', text.trimEnd())
  return [
    bold(line(COLUMNS.map(([group]) => group))),
    bold(line(COLUMNS.map(([, title]) => title))),
    ...cells.map((texts, i) => (rows[i]!.name === goal ? bold(line(texts)) : line(texts))),
    '',
  ].join('\n')
}

/** What the SLO would have been under each goal; nothing if the history does not say. */
function sloNotes({ goals }: Comparison): string[] {
  const perGoal = goals.flatMap(({ name, slo }) => {
    if (!slo) return []
    const known = Number.isNaN(slo.bad) ? '' : `${percent(slo.bad)} in ${percent(slo.covered)} of the time, `
    return [`${name} ${known}at most ${percent(slo.atMost)} in all`]
  })
  if (perGoal.length === 0) return []
  const { containers, ofContainers } = goals.find(({ slo }) => slo)!.slo!
  return [
    `Requests that missed the SLO (bad_share of ${containers} of ${plural(ofContainers, 'container')}): ${perGoal.join('; ')}. It is known for the time in which ` +
      'the request covers the CPU that was used. For the rest, it depends on limits and neighbours whether that CPU would have been available.',
  ]
}

function confidenceNotes({ goals }: Comparison, goal: Goal): string[] {
  const { cpu, memory } = goals.find(({ name }) => name === goal)!.score.calibration
  return Object.entries({ CPU: cpu, memory }).flatMap(([resource, said]) => {
    if (!said) return []
    const held = said.sureRows > 0 ? `; ${percent(said.sureHeld)} of these held for a day` : ''
    return `Confidence in ${resource}, ${goal}: ${percent(said.sureRows)} of decisions had a confidence of at least 90 %${held}.`
  })
}
