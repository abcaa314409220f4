import type { Note, Plan, Row, Tool, Undo } from '../../migrate/index.ts'
import { type GridColumn, renderGrid } from '../terminal/grid.ts'
import { type Looks, paragraphs, printable } from '../terminal/text.ts'

const OUTCOMES: Readonly<Record<Row['outcome'], string>> = {
  now: 'Plimsoll takes over',
  waits: 'Plimsoll, later',
  done: 'Plimsoll',
  observed: 'only observed',
  stays: 'the same',
}

const ROWS: readonly GridColumn<Row>[] = [
  { title: 'WORKLOAD', align: 'left', of: ({ workload }) => printable(workload) },
  { title: 'SIZED BY', align: 'left', of: ({ source }) => printable(source), least: 16 },
  { title: 'AFTER', align: 'left', of: ({ outcome }) => OUTCOMES[outcome] },
]

/** The table of workloads, and the writes of a plan. */
export function describePlan(tool: Tool, { rows, changes }: Plan, looks: Looks): string {
  if (rows.length === 0) return `Nothing here is sized by ${tool}.\n`
  const writes =
    changes.length === 0 ? 'Nothing to write.\n' : `This is written, in this order:\n\n${lines(changes, looks)}`
  const waiting = rows.filter(({ outcome }) => outcome === 'waits')
  const later = waiting.map(({ workload, why }) => `- ${printable(workload)}: ${printable(why)}`)
  const wait = later.length > 0 ? `Handed over later:\n\n${paragraphs(later, looks.columns)}\n` : ''
  return `${renderGrid(ROWS, rows, looks)}\n${wait}${writes}\n`
}

/** The writes of an undo. */
export function describeUndo(tool: Tool, { changes }: Undo, looks: Looks): string {
  if (changes.length === 0) return `Nothing to restore from a migration from ${tool}.\n`
  return `This is restored, in this order:\n\n${lines(changes, looks)}\n`
}

function lines(changes: Plan['changes'], { columns }: Looks): string {
  return paragraphs(
    changes.map(({ says }) => `- ${printable(says)}`),
    columns,
  )
}

/** What has no counterpart, one paragraph each, and what to do; empty if there is nothing. */
export function describeNotes(notes: readonly Note[], looks: Looks): string {
  if (notes.length === 0) return ''
  const title = looks.paint('bold', 'What has no counterpart, and what to do:')
  const each = notes.map(({ about, says, act }) => `- ${printable(about)}: ${printable(says)}. ${printable(act)}`)
  return `${title}\n\n${paragraphs(each, looks.columns)}\n`
}
