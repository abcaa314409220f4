import type { FleetInsight, GoalInsight, NamespaceInsight, Totals, WorkloadInsight } from '../../insight/index.ts'
import { Goal } from '../../recommendations/index.ts'
import { type GridColumn, renderGrid } from '../terminal/grid.ts'
import { type Looks, paragraphs, printable, wrap } from '../terminal/text.ts'
import { formatCount, plural } from '../terminal/units.ts'
import { nextSteps } from './next-steps.ts'
import {
  bytesCell,
  confidenceCell,
  coresCell,
  moneyCell,
  nameOf,
  podsCell,
  riskCell,
  SEVERITY_STYLES,
  savingCell,
  shareCell,
} from './words.ts'

const TOP = 10

/** The report for people: what is wasted, what is at risk, what it comes to, and what to do next. */
export function renderTable(insight: FleetInsight, looks: Looks): string {
  const sections = [
    introduction(insight, looks),
    money(insight, looks),
    risks(insight, looks),
    namespaces(insight, looks),
    goals(insight, looks),
    trend(insight, looks),
    fared(insight, looks),
    notes(insight, looks),
    section('What to do next', numbered(nextSteps(insight), looks), looks),
  ]
  return sections.filter((text) => text !== '').join('\n')
}

function section(title: string, body: string, { paint }: Looks): string {
  return body === '' ? '' : `${paint('cyan', title)}\n${body}`
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

/** Of what is not known nothing can be saved: then what it should cost stands alone. */
function moneyColumns<Row extends Pick<Totals, 'money'>>(currency: string, isAsked: boolean): GridColumn<Row>[] {
  const group = 'A MONTH'
  if (!isAsked) {
    return [{ group, title: 'NEEDED', align: 'right', of: ({ money }) => moneyCell(money.learned, currency) }]
  }
  return [
    { group, title: 'NOW', align: 'right', of: ({ money }) => moneyCell(money.now, currency), drop: 1 },
    { group, title: 'SAVED', align: 'right', of: ({ money }) => savingCell(money.savedSoFar, currency), drop: 2 },
    { group, title: 'TO SAVE', align: 'right', of: ({ money }) => savingCell(money.stillToSave, currency) },
  ]
}

function workloadColumns(currency: string, isAsked: boolean): GridColumn<WorkloadInsight>[] {
  return [
    { title: 'WORKLOAD', align: 'left', of: nameOf, least: 28 },
    { title: 'KIND', align: 'left', of: ({ kind }) => printable(kind), drop: 4 },
    { title: 'PODS', align: 'right', of: ({ pods }) => podsCell(pods), drop: 2 },
    { group: 'CPU', title: 'ASKED', align: 'right', of: ({ reserved }) => coresCell(reserved.cpuCores) },
    { group: 'CPU', title: 'USED', align: 'right', of: ({ used }) => coresCell(used.cpuCores) },
    { group: 'CPU', title: 'NEEDED', align: 'right', of: ({ learned }) => coresCell(learned.cpuCores) },
    { group: 'MEMORY', title: 'ASKED', align: 'right', of: ({ reserved }) => bytesCell(reserved.memoryBytes) },
    { group: 'MEMORY', title: 'USED', align: 'right', of: ({ used }) => bytesCell(used.memoryBytes) },
    { group: 'MEMORY', title: 'NEEDED', align: 'right', of: ({ learned }) => bytesCell(learned.memoryBytes) },
    ...moneyColumns<WorkloadInsight>(currency, isAsked),
    { title: 'SURE', align: 'right', of: ({ confidence }) => confidenceCell(confidence), drop: 3 },
    { title: 'RISK', align: 'left', of: ({ risks }) => riskCell(risks) },
  ]
}

function money({ topByMoney, workloads, prices, total }: FleetInsight, looks: Looks): string {
  if (workloads.length === 0) return ''
  const columns = workloadColumns(prices.currency, total.money.now !== undefined)
  if (topByMoney.length > 0) {
    const byKey = new Map(workloads.map((one) => [one.key, one]))
    return section(
      'Most to save',
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
  const title = total.money.now === undefined ? 'Largest' : 'Largest (nothing to save was found)'
  return section(title, renderGrid(columns, largest, looks), looks)
}

function risks({ topByRisk, workloads }: FleetInsight, looks: Looks): string {
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

function namespaces({ namespaces, total, prices: { currency } }: FleetInsight, looks: Looks): string {
  if (namespaces.length === 0) return ''
  const columns: GridColumn<NamespaceInsight>[] = [
    { title: 'NAMESPACE', align: 'left', of: ({ name }) => printable(name), least: 12 },
    { title: 'WORKLOADS', align: 'right', of: ({ workloads }) => formatCount(workloads), drop: 3 },
    { group: 'CPU', title: 'ASKED', align: 'right', of: ({ reserved }) => coresCell(reserved.cpuCores) },
    { group: 'CPU', title: 'USED', align: 'right', of: ({ used }) => coresCell(used.cpuCores) },
    { group: 'CPU', title: 'NEEDED', align: 'right', of: ({ learned }) => coresCell(learned.cpuCores) },
    { group: 'MEMORY', title: 'ASKED', align: 'right', of: ({ reserved }) => bytesCell(reserved.memoryBytes) },
    { group: 'MEMORY', title: 'USED', align: 'right', of: ({ used }) => bytesCell(used.memoryBytes) },
    { group: 'MEMORY', title: 'NEEDED', align: 'right', of: ({ learned }) => bytesCell(learned.memoryBytes) },
    ...moneyColumns<NamespaceInsight>(currency, total.money.now !== undefined),
    { title: 'RISKS', align: 'right', of: riskCounts, drop: 1 },
  ]
  return section('Namespaces', renderGrid(columns, namespaces, looks, { name: 'all', ...total }), looks)
}

/** High and medium. */
function riskCounts({ risks: { high, medium } }: Totals): string {
  return high + medium === 0 ? '-' : `${high}+${medium}`
}

function goals({ total, goal, prices: { currency } }: FleetInsight, looks: Looks): string {
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
  return section('What each goal would cost and risk', renderGrid(columns, rows, looks), looks)
}

function trend({ total: { trend }, prices: { currency } }: FleetInsight, { columns, paint }: Looks): string {
  const parts = [
    ['CPU used', trend.cpuUsedCores, coresCell],
    ['memory used', trend.memoryUsedBytes, bytesCell],
    ['CPU asked for', trend.cpuReservedCores, coresCell],
    ['memory asked for', trend.memoryReservedBytes, bytesCell],
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

function fared({ fared }: FleetInsight, looks: Looks): string {
  if (!fared) return ''
  type Row = NonNullable<FleetInsight['fared']>['goals'][Goal] & { readonly name: string }
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
  const title = `How it would have fared (${plural(containers, 'container')}, ${plural(containerDays, 'container-day')}, from the eighth day of each on)`
  return section(title, renderGrid(columns, rows, looks), looks)
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
