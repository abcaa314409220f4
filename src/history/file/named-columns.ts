import { HistoryError } from '../source.ts'
import { COLUMN_ROLES, type NamedColumn } from './header.ts'
import { unitOf } from './units.ts'

const ROLES = COLUMN_ROLES.join('|')
/** A comma separates two columns only if a role follows it, because names may contain commas. */
const BETWEEN = new RegExp(`,(?=(?:${ROLES}|timestamp)=)`)
const NAMED = new RegExp(`^(${ROLES}|timestamp)=(.+)$`, 's')

/**
 * Parses which column has what, as a person writes it: `workload=NAME`, `cpu=NAME:millicores`, or several separated by commas.
 *
 * @throws HistoryError if a text has no role or no column
 */
export function parseNamedColumns(texts: readonly string[]): readonly NamedColumn[] {
  return texts.flatMap((text) => text.split(BETWEEN).map(namedColumn))
}

function namedColumn(text: string): NamedColumn {
  const [, role, named] = NAMED.exec(text) ?? []
  if (role === undefined || named === undefined) {
    throw new HistoryError(
      `--columns ${text}: expected one of ${COLUMN_ROLES.join(', ')}, and a column, as in cpu=NAME.`,
    )
  }
  if (role !== 'cpu' && role !== 'memory')
    return { role: role === 'timestamp' ? 'time' : (role as NamedColumn['role']), column: named }
  const [, column, unit] = /^(.+):([^:]+)$/s.exec(named) ?? []
  if (column === undefined || unit === undefined || unitOf(role, unit) === undefined) return { role, column: named }
  return { role, column, unit }
}
