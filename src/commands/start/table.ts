import { plural } from '../../insight/index.ts'
import { formatBytes, formatCores } from '../../resources/index.ts'
import { cut, type Looks, type Style, wrap } from '../terminal/text.ts'
import { formatMoney } from '../terminal/units.ts'
import { type Change, isAlwaysReserved, type Report, type WorkloadRow } from './report.ts'

/** Width from which the reasons have a separate column; in a narrower terminal they are below. */
const WIDE_COLUMNS = 120
const GAP = '  '
/** Text instead of the new value if the value does not change. */
const KEPT = 'kept'

interface Line {
  readonly label: string
  readonly style?: Style
  readonly cpu?: Change
  readonly memory?: Change
  readonly saved?: number | undefined
  readonly why?: string
}

/** Renders the table of the Pods before and after the webhook. Without prices, it has no column for money. */
export function renderTable({ rows, total }: Report, looks: Looks): string {
  const { columns, paint } = looks
  const lines = rows.flatMap(linesOf)
  const last: Line = { label: `all ${plural(total.pods, 'Pod')}`, style: 'bold', ...total }
  const all = [...lines, last]

  const cpu = new ChangeColumn(
    'CPU REQUEST',
    formatCores,
    all.map((line) => line.cpu),
  )
  const memory = new ChangeColumn(
    'MEMORY REQUEST',
    formatBytes,
    all.map((line) => line.memory),
  )
  const withMoney = all.some(({ saved }) => saved !== undefined)
  const money = withMoney ? ['SAVED/MONTH', ...all.map(moneyOf)] : []
  const moneyWidth = Math.max(0, ...money.map((text) => text.length))
  const figuresWidth = cpu.width + GAP.length + memory.width + (withMoney ? GAP.length + moneyWidth : 0)
  const isWide = columns >= WIDE_COLUMNS
  const longest = Math.max('WORKLOAD'.length, ...all.map(({ label }) => label.length))
  const labelWidth = Math.min(longest, Math.max(16, isWide ? 40 : columns - figuresWidth - 2 * GAP.length))
  const whyColumn = GAP.length + labelWidth + GAP.length + figuresWidth + GAP.length

  const figures = (cells: readonly string[]) => GAP + cells.slice(0, withMoney ? 3 : 2).join(GAP)
  const render = (line: Line): string[] => {
    const style = (text: string) => (line.style ? paint(line.style, text) : text)
    const cells = [cpu.render(line.cpu, looks), memory.render(line.memory, looks), paintMoney(line, moneyWidth, looks)]
    const head = GAP + style(cut(line.label, labelWidth).padEnd(labelWidth)) + (line.cpu ? figures(cells) : '')
    if (!line.why) return [head.trimEnd()]
    if (isWide) {
      const [first = '', ...rest] = wrap(line.why, Math.max(30, columns - whyColumn)).map((text) => paint('dim', text))
      return [head + GAP + first, ...rest.map((text) => ' '.repeat(whyColumn) + text)]
    }
    const indent = GAP.repeat(3)
    return [head.trimEnd(), ...wrap(line.why, columns - indent.length).map((text) => indent + paint('dim', text))]
  }

  const titles = figures([cpu.title, memory.title, 'SAVED/MONTH'.padStart(moneyWidth)])
  const title = `${GAP}${'WORKLOAD'.padEnd(labelWidth)}${titles}${isWide ? `${GAP}WHY` : ''}`
  const rule = GAP + '─'.repeat(labelWidth + GAP.length + figuresWidth)
  return [paint('bold', title.trimEnd()), ...lines.flatMap(render), paint('dim', rule), ...render(last), ''].join('\n')
}

function linesOf({ kind, namespace, name, replicas, containers }: WorkloadRow): Line[] {
  const times = isAlwaysReserved({ kind }) && kind !== 'DaemonSet' ? ` ×${replicas}` : ''
  const label = `${namespace}/${name}${times}`
  const [only, ...others] = containers
  if (only && others.length === 0) return [{ label, style: 'cyan', ...only }]
  return [{ label, style: 'cyan' }, ...containers.map((container) => ({ ...container, label: `  ${container.name}` }))]
}

/** Column of values before and after, aligned at the arrow. */
class ChangeColumn {
  readonly width: number
  readonly title: string
  readonly #format: (value: number) => string
  readonly #before: number
  readonly #after: number

  constructor(title: string, format: (value: number) => string, changes: readonly (Change | undefined)[]) {
    this.#format = format
    const widest = (values: (number | undefined)[]) => Math.max(...values.map((value) => this.#text(value).length))
    this.#before = widest(changes.map((change) => change?.before))
    this.#after = Math.max(widest(changes.map((change) => change?.after)), title.length - this.#before - 3, KEPT.length)
    this.width = this.#before + 3 + this.#after
    this.title = title.padEnd(this.width)
  }

  render(change: Change | undefined, { paint }: Looks): string {
    const before = this.#text(change?.before).padStart(this.#before)
    const after = this.#text(change?.after).padEnd(this.#after)
    if (change?.before === change?.after) return paint('dim', `${before}   ${KEPT.padEnd(this.#after)}`)
    return `${before} → ${paint('bold', after)}`
  }

  #text(value: number | undefined): string {
    return value === undefined ? 'none' : this.#format(value)
  }
}

function moneyOf({ saved }: Line): string {
  return saved === undefined ? '' : formatMoney(saved)
}

function paintMoney(line: Line, width: number, { paint }: Looks): string {
  const text = moneyOf(line).padStart(width)
  return line.saved === undefined ? text : paint(line.saved < 0 ? 'yellow' : 'green', text)
}
