import { type Command, InvalidArgumentError, Option } from 'commander'
import { COLUMN_ROLES, type NamedColumn, type TableOptions, unitOf } from '../../history/index.ts'

/** Adds the options that say how a table is read that could be read in two ways. */
export function addTableOptions(command: Command): Command {
  return command
    .optionsGroup('With --history, where a table could be read in two ways:')
    .addOption(
      new Option('--columns <name=column...>', 'which column has what: workload=NAME, cpu=NAME:millicores').argParser(
        columns,
      ),
    )
    .addOption(new Option('--delimiter <character>', 'between fields: a character, tab or spaces').argParser(delimiter))
    .addOption(new Option('--decimal-mark <mark>', 'comma or point').argParser(decimalMark))
    .option('--time-zone <zone>', 'of times that name none: Europe/Berlin, or +02:00 (default: UTC)')
    .addOption(new Option('--date-order <order>', 'of day and month in dates with slashes').choices(['dmy', 'mdy']))
    .addOption(
      new Option(
        '--same-time <what>',
        'rows of one container and time are of several pods, or the first counts',
      ).choices(['pods', 'first']),
    )
}

const ROLES = COLUMN_ROLES.join('|')
/** A comma separates two columns only where a role follows it: names may contain one. */
const BETWEEN = new RegExp(`,(?=(?:${ROLES}|timestamp)=)`)
const NAMED = new RegExp(`^(${ROLES}|timestamp)=(.+)$`, 's')

function columns(text: string, before: readonly NamedColumn[] = []): readonly NamedColumn[] {
  return [...before, ...text.split(BETWEEN).map(namedColumn)]
}

function namedColumn(text: string): NamedColumn {
  const [, role, named] = NAMED.exec(text) ?? []
  if (role === undefined || named === undefined) {
    throw new InvalidArgumentError(`Expected one of ${COLUMN_ROLES.join(', ')}, and the column, as in cpu=NAME.`)
  }
  if (role !== 'cpu' && role !== 'memory')
    return { role: role === 'timestamp' ? 'time' : (role as NamedColumn['role']), column: named }
  const [, column, unit] = /^(.+):([^:]+)$/s.exec(named) ?? []
  if (column === undefined || unit === undefined || unitOf(role, unit) === undefined) return { role, column: named }
  return { role, column, unit }
}

function delimiter(text: string): string {
  const named: Readonly<Record<string, string>> = {
    tab: '\t',
    '\\t': '\t',
    space: ' ',
    spaces: ' ',
    comma: ',',
    semicolon: ';',
  }
  const meant = named[text] ?? text
  if (meant.length === 1 && !/["\n\r\w]/.test(meant)) return meant
  throw new InvalidArgumentError('Expected one character, tab or spaces.')
}

function decimalMark(text: string): TableOptions['decimalMark'] {
  const mark = ({ comma: ',', point: '.', ',': ',', '.': '.' } as const)[text]
  if (!mark) throw new InvalidArgumentError('Expected comma or point.')
  return mark
}
