import { cut, type Looks, type Style } from './text.ts'

/** Content of a cell of a grid. */
export type Cell = string | { readonly text: string; readonly style: Style }

export interface GridColumn<Row> {
  /** Title above neighbouring columns of the same group, shown once. */
  readonly group?: string
  readonly title: string
  readonly align: 'left' | 'right'
  readonly of: (row: Row) => Cell
  /**
   * Number of characters to which the column may be cut in a narrow terminal. It is cut further only if no column can
   * be left out.
   */
  readonly least?: number
  /**
   * Rank for leaving out the column if the terminal is still too narrow: the highest first. If absent, it is never left
   * out.
   */
  readonly drop?: number
}

const INDENT = '  '
const GAP = 2
/** Least width of a column that is cut: with fewer characters, texts cannot be told apart. */
const LEAST_LEFT = 8

/**
 * Renders rows under titles. Each column is as wide as its longest cell.
 *
 * @param last a separate row below a line, such as the sum
 */
export function renderGrid<Row>(
  columns: readonly GridColumn<Row>[],
  rows: readonly Row[],
  looks: Looks,
  last?: Row,
): string {
  const all = last === undefined ? rows : [...rows, last]
  const laid = fit(
    columns.map((column) => {
      const cells = all.map(column.of)
      const longest = Math.max(...cells.map((cell) => textOf(cell).length), column.title.length)
      return { column, cells, width: longest }
    }),
    looks.columns - INDENT.length,
  )
  const place = (text: string, { column, width }: Laid<Row>) => {
    const short = cut(text, width)
    return column.align === 'left' ? short.padEnd(width) : short.padStart(width)
  }
  const line = (cells: readonly string[]) => (INDENT + cells.join(' '.repeat(GAP))).trimEnd()
  const title = (of: (column: GridColumn<Row>) => string) =>
    looks.paint('bold', line(laid.map((one) => place(of(one.column), one))))
  const row = (index: number) =>
    line(
      laid.map((one) => {
        const cell = one.cells[index]!
        const text = place(textOf(cell), one)
        return typeof cell === 'string' ? text : looks.paint(cell.style, text)
      }),
    )
  const lines = [
    ...(laid.some(({ column }) => column.group) ? [groups(laid, looks)] : []),
    title(({ title }) => title),
    ...rows.map((_, i) => row(i)),
  ]
  if (last !== undefined) {
    const width = laid.reduce((sum, one) => sum + one.width + GAP, -GAP)
    lines.push(looks.paint('dim', INDENT + '─'.repeat(width)), row(rows.length))
  }
  return `${lines.join('\n')}\n`
}

interface Laid<Row> {
  readonly column: GridColumn<Row>
  readonly cells: readonly Cell[]
  readonly width: number
}

/** Makes the columns fit: first cuts the column that may be cut, then leaves out columns. */
function fit<Row>(laid: readonly Laid<Row>[], room: number): readonly Laid<Row>[] {
  const over = laid.reduce((sum, { width }) => sum + width + GAP, -GAP) - room
  if (over <= 0) return laid
  const flexible = laid.find(({ column, width }) => column.least !== undefined && column.least < width)
  const spare = flexible ? flexible.width - flexible.column.least! : 0
  if (spare >= over) return laid.map((one) => (one === flexible ? { ...one, width: one.width - over } : one))
  const droppable = laid.filter(({ column }) => column.drop !== undefined)
  if (droppable.length > 0) {
    const first = droppable.reduce((a, b) => (b.column.drop! > a.column.drop! ? b : a))
    return fit(
      laid.filter((one) => one !== first),
      room,
    )
  }
  const last = laid.find(({ column }) => column.least !== undefined)
  return laid.map((one) => (one === last ? { ...one, width: Math.max(LEAST_LEFT, one.width - over) } : one))
}

/**
 * Renders the line of groups. The name of a group begins where the title of its first column does; a long name extends
 * over the next columns.
 */
function groups<Row>(laid: readonly Laid<Row>[], { paint }: Looks): string {
  let line = INDENT
  let at = INDENT.length
  let before: string | undefined
  for (const { column, width } of laid) {
    if (column.group && column.group !== before) {
      const start = column.align === 'left' ? at : at + Math.max(0, width - column.title.length)
      line = line.padEnd(start) + column.group
    }
    before = column.group
    at += width + GAP
  }
  return paint('bold', line)
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text
}
