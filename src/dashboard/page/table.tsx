import { useEffect, useRef, useState } from 'preact/hooks'
import type { Figures, Row } from '../wire.ts'
import { addressOf } from './address.ts'
import { pathOf } from './api.ts'
import { bytes, cores, money, NONE, percent } from './format.ts'
import { useKeys } from './keyboard.ts'
import { Badge, RiskBadge } from './parts.tsx'
import { setQuery } from './router.ts'
import type { Choice, SortName } from './rows.ts'
import { Gauge } from './tiles.tsx'

const ROW_HEIGHT = 52
/** Number of rows that are drawn above and below the visible ones, so that no gaps appear during scrolling. */
const BEYOND = 8

const COLUMNS: readonly (readonly [SortName, string, string])[] = [
  ['name', 'Workload', ''],
  ['cpu', 'CPU', 'number wide-only'],
  ['memory', 'Memory', 'number wide-only'],
  ['cost', 'Cost', 'number medium-only'],
  ['save', 'To free', 'number'],
  ['risk', 'Risk', ''],
  ['confidence', 'Confidence', 'number medium-only'],
  ['state', 'State', 'medium-only'],
]

interface TableProps {
  readonly rows: readonly Row[]
  readonly choice: Choice
  readonly currency: string
}

/** Table of the workloads. There may be thousands, so only the visible rows are drawn. */
export function Table({ rows, choice, currency }: TableProps) {
  const body = useRef<HTMLTableSectionElement>(null)
  const [first, last] = useSeen(body, rows.length)
  const current = useRef(-1)
  const focusRow = (index: number) => {
    const to = Math.max(0, Math.min(rows.length - 1, index))
    current.current = to
    const top = body.current!.getBoundingClientRect().top + scrollY + to * ROW_HEIGHT
    if (top < scrollY + 120) scrollTo(0, top - 120)
    else if (top + ROW_HEIGHT > scrollY + innerHeight) scrollTo(0, top + 2 * ROW_HEIGHT - innerHeight)
    // Wait until the row is drawn.
    requestAnimationFrame(() => {
      requestAnimationFrame(() => body.current?.querySelector<HTMLElement>(`[data-index="${to}"] a`)?.focus())
    })
  }
  useKeys({ j: () => focusRow(current.current + 1), k: () => focusRow(current.current - 1) })
  return (
    <table class="workloads" aria-rowcount={rows.length + 1}>
      <thead>
        <tr aria-rowindex={1}>
          {COLUMNS.map(([name, title, className]) => (
            <Head key={name} {...{ name, title, className, choice }} />
          ))}
        </tr>
      </thead>
      <tbody ref={body} onFocusCapture={(event) => noteFocus(event, current)}>
        {first > 0 && <Spacer rows={first} />}
        {rows.slice(first, last).map((row, i) => (
          <Line key={row.key} {...{ row, currency }} index={first + i} />
        ))}
        {last < rows.length && <Spacer rows={rows.length - last} />}
      </tbody>
    </table>
  )
}

/** Notes which row has the focus, so that j and k continue from the row that Tab has reached. */
function noteFocus(event: FocusEvent, current: { current: number }): void {
  const index = (event.target as Element).closest('[data-index]')?.getAttribute('data-index')
  if (index) current.current = Number(index)
}

function Head({
  name,
  title,
  className,
  choice,
}: {
  name: SortName
  title: string
  className: string
  choice: Choice
}) {
  const isSorted = choice.sort === name
  const sort = () => {
    // Figures start with the largest, names with A.
    const descending = isSorted ? !choice.descending : name !== 'name' && name !== 'state'
    setQuery({ sort: `${descending ? '-' : ''}${name}` })
  }
  return (
    <th
      scope="col"
      class={className}
      aria-sort={isSorted ? (choice.descending ? 'descending' : 'ascending') : undefined}
    >
      <button type="button" class="plain" onClick={sort}>
        {title}
        <span class="arrow" aria-hidden="true">
          {isSorted ? (choice.descending ? '↓' : '↑') : ''}
        </span>
      </button>
    </th>
  )
}

function Spacer({ rows }: { rows: number }) {
  return (
    <tr class="spacer">
      <td colSpan={COLUMNS.length} style={{ height: `${rows * ROW_HEIGHT}px` }} />
    </tr>
  )
}

interface LineProps {
  readonly row: Row
  readonly index: number
  readonly currency: string
}

function Line({ row, index, currency }: LineProps) {
  const cost = (amount: number | undefined) => (row.pods === 0 ? NONE : money(amount, currency))
  return (
    <tr aria-rowindex={index + 2} data-index={index}>
      <th scope="row">
        <a href={addressOf(`/${pathOf(row)}`)} title={row.key}>
          {row.name}
        </a>
        <span class="quiet under">
          {row.namespace} · {row.kind}
          {row.pods !== undefined && ` · ${podsOf(row.pods)}`}
        </span>
      </th>
      <Amount figures={row.cpuCores} pods={row.pods} text={cores} />
      <Amount figures={row.memoryBytes} pods={row.pods} text={bytes} />
      <td class="number medium-only">{cost(row.perMonth)}</td>
      <td class={`number ${(row.stillToSave ?? 0) > 0 ? 'strong' : ''}`}>{cost(row.stillToSave)}</td>
      <td title={row.riskSays}>{row.risk && <RiskBadge severity={row.risk} />}</td>
      <td class="number medium-only">{percent(row.confidence)}</td>
      <td class="medium-only">
        <State row={row} />
      </td>
    </tr>
  )
}

function State({ row: { waiting, state, mode } }: { row: Row }) {
  if (waiting) return <Badge tone="waits">{WAITS[waiting]}</Badge>
  if (state) return <>{state}</>
  return <span class="quiet">{mode === undefined ? 'Not learned' : 'Learning'}</span>
}

const WAITS: Readonly<Record<NonNullable<Row['waiting']>, string>> = {
  Pending: 'Asks',
  Held: 'Held',
  Frozen: 'Frozen',
  ChangeWindow: 'Waits',
  Young: 'Too young',
  SloBurning: 'SLO burns',
  SloMissing: 'SLO unknown',
  Canary: 'Canary',
  RolledBack: 'Rolled back',
}

interface AmountProps {
  readonly figures: Figures
  readonly pods: number | undefined
  readonly text: (value: number | undefined) => string
}

/** Cell with the reserved and the learned amount, and a gauge of how much is used. */
function Amount({ figures, pods, text }: AmountProps) {
  // Without Pods, sums are zero, which does not say what one Pod needs.
  if (pods === 0) return <td class="number wide-only amount quiet">no Pods now</td>
  const { reserved, used, learned } = figures
  const most = Math.max(reserved ?? 0, used ?? 0, learned ?? 0)
  return (
    <td class="number wide-only amount">
      <span>
        {text(reserved)}
        {learned !== undefined && <span class="quiet"> → {text(learned)}</span>}
      </span>
      {most > 0 && (
        <Gauge
          reserved={(reserved ?? 0) / most}
          used={(used ?? 0) / most}
          learned={learned === undefined ? undefined : learned / most}
        />
      )}
      {used !== undefined && <span class="hidden">, {text(used)} used</span>}
    </td>
  )
}

function podsOf(pods: number): string {
  if (pods === 0) return 'no Pods now'
  const shown = pods < 1 ? Number(pods.toPrecision(2)) : Math.round(pods * 10) / 10
  return `${shown} ${shown === 1 ? 'Pod' : 'Pods'}`
}

/** Range of the rows to draw, `[first, last)`; the table is as high as if all rows were drawn. */
function useSeen(body: { readonly current: HTMLElement | null }, count: number): readonly [number, number] {
  const [seen, setSeen] = useState<readonly [number, number]>([0, Math.min(count, 24)])
  useEffect(() => {
    const look = () => {
      if (!body.current) return
      const above = -body.current.getBoundingClientRect().top
      const first = Math.max(0, Math.floor(above / ROW_HEIGHT) - BEYOND)
      const last = Math.min(count, Math.ceil((above + innerHeight) / ROW_HEIGHT) + BEYOND)
      setSeen((before) =>
        before[0] === first && before[1] === last ? before : [Math.min(first, count), Math.max(last, 0)],
      )
    }
    look()
    addEventListener('scroll', look, { passive: true })
    addEventListener('resize', look)
    return () => {
      removeEventListener('scroll', look)
      removeEventListener('resize', look)
    }
  }, [count])
  return [Math.min(seen[0], count), Math.min(Math.max(seen[1], Math.min(count, 24)), count)]
}
