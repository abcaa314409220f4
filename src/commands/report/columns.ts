import type { Amounts, Totals } from '../../insight/index.ts'
import type { GridColumn } from '../terminal/grid.ts'
import { bytesCell, coresCell, moneyCell, savingCell } from './words.ts'

/** Figures that workloads and namespaces have in common. */
type Sized = Pick<Totals, 'money'> & Readonly<Record<'reserved' | 'used' | 'learned', Amounts>>

export function amountColumns<Row extends Sized>(): GridColumn<Row>[] {
  const titles = { REQUEST: 'reserved', USED: 'used', NEEDED: 'learned' } as const
  const of = (group: string, spell: (amounts: Amounts) => string) =>
    Object.entries(titles).map(([title, field]): GridColumn<Row> => {
      return { group, title, align: 'right', of: (row) => spell(row[field]) }
    })
  return [
    ...of('CPU', ({ cpuCores }) => coresCell(cpuCores)),
    ...of('MEMORY', ({ memoryBytes }) => bytesCell(memoryBytes)),
  ]
}

/**
 * Columns of money per month. If the present requests are not known, there is nothing to compare with, so only what the
 * learned values would cost is shown.
 */
export function moneyColumns<Row extends Pick<Totals, 'money'>>(currency: string, isAsked: boolean): GridColumn<Row>[] {
  const group = 'A MONTH'
  if (!isAsked) {
    return [{ group, title: 'NEEDED', align: 'right', of: ({ money }) => moneyCell(money.learned, currency) }]
  }
  return [
    { group, title: 'NOW', align: 'right', of: ({ money }) => moneyCell(money.now, currency), drop: 1 },
    { group, title: 'FREED', align: 'right', of: ({ money }) => savingCell(money.savedSoFar, currency), drop: 3 },
    { group, title: 'TO FREE', align: 'right', of: ({ money }) => savingCell(money.stillToSave, currency) },
  ]
}
