import { type FleetInsight, plural } from '../../insight/index.ts'
import { type Looks, paragraphs, printable, wrap } from '../terminal/text.ts'
import { renderAutoscaled } from './autoscaled.ts'
import { type Report, renderBill } from './bill.ts'
import { renderFared } from './fared.ts'
import { renderIdle } from './idle.ts'
import { nextSteps } from './next-steps.ts'
import { section } from './section.ts'
import { renderShapes } from './shapes.ts'
import { renderSlos } from './slos.ts'
import { renderMoney, renderRisks } from './top-workloads.ts'
import { renderGoals, renderNamespaces, renderTrend } from './totals.ts'

/**
 * Renders the report for people: what is wasted, what is at risk, what it costs, and what to do next.
 *
 * @param experiments the section on experiments, if there is one
 */
export function renderTable(insight: Report, looks: Looks, experiments = ''): string {
  const sections = [
    introduction(insight, looks),
    renderBill(insight, looks),
    renderShapes(insight, looks),
    renderMoney(insight, looks),
    renderAutoscaled(insight, looks),
    renderIdle(insight, looks),
    renderRisks(insight, looks),
    renderSlos(insight, looks),
    renderNamespaces(insight, looks),
    renderGoals(insight, looks),
    renderTrend(insight, looks),
    renderFared(insight, looks),
    experiments,
    notes(insight, looks),
    section('What to do next', numbered(nextSteps(insight), looks), looks),
  ]
  return sections.filter((text) => text !== '').join('\n')
}

function introduction({ sources, window, goal, prices, total }: FleetInsight, { columns, paint }: Looks): string {
  const { currency, coreHour, gibHour, pools } = prices
  const span = window ? `, ${window.from.slice(0, 16)} to ${window.to.slice(0, 16)} UTC` : ''
  const lines = [
    `${plural(total.workloads, 'workload')} in ${plural(total.pods >= 1 ? Math.round(total.pods) : 0, 'Pod')}, from ${sources.map(printable).join(' and ')}${span}.`,
    `Goal ${goal}. A month of 730 hours at ${coreHour} ${currency} a core and ${gibHour} ${currency} a GiB and hour` +
      `${pools.length > 0 ? `, and ${plural(pools.length, 'node pool')} at its own price` : ''}.`,
  ]
  return `${paint('dim', paragraphs(lines, columns).trimEnd())}\n`
}

function notes({ notes }: FleetInsight, looks: Looks): string {
  const indent = '  '
  const lines = notes.flatMap(({ says, act }) =>
    wrap(printable(act ? `${says} ${act}` : says), looks.columns - 2 * indent.length).map(
      (line, i) => indent + (i === 0 ? '· ' : indent) + line,
    ),
  )
  return section('What is missing', lines.map((line) => `${line}\n`).join(''), looks)
}

function numbered(steps: readonly string[], { columns }: Looks): string {
  return steps
    .flatMap((step, i) =>
      wrap(step, columns - 5).map((line, j) => `${j === 0 ? `${String(i + 1).padStart(3)}. ` : '     '}${line}\n`),
    )
    .join('')
}
