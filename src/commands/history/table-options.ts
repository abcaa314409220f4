import { type Command, InvalidArgumentError, Option } from 'commander'
import { Label } from '../../config/index.ts'
import type { TableOptions } from '../../history/index.ts'
import { all } from './several.ts'

/** Adds the options that say how a table is read that could be read in two ways. */
export function addTableOptions(command: Command): Command {
  return command
    .optionsGroup('With --history, for tables that are ambiguous:')
    .option(
      '--history-label <name=value>',
      'only rows or series with this value of a column or label; name= for those without, name=* for all; may be repeated',
      all(Label),
    )
    .addOption(new Option('--columns <name=column...>', 'columns by content: workload=NAME, cpu=NAME:millicores'))
    .addOption(
      new Option('--delimiter <character>', 'separator of fields: a character, tab or spaces').argParser(delimiter),
    )
    .addOption(new Option('--decimal-mark <mark>', 'comma or point').argParser(decimalMark))
    .option('--time-zone <zone>', 'of times without one: Europe/Berlin, or +02:00 (default: UTC)')
    .addOption(
      new Option('--date-order <order>', 'order of day and month in dates with slashes').choices(['dmy', 'mdy']),
    )
    .addOption(
      new Option(
        '--same-time <what>',
        'what rows of the same container and time are: several pods, or duplicates of the first',
      ).choices(['pods', 'first']),
    )
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
