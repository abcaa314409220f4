import { type Command, CommanderError } from 'commander'
import { program } from '../../scripts/commands/page.ts'

/** A command line that a page shows. */
export interface CommandLine {
  readonly where: string
  readonly text: string
}

/** What comes before the program's own arguments. */
const PROGRAM =
  /^(?:[A-Z_]+=\S+ +)*(?:\$ +)?(?:source <\()?(?:npm start --|(?:kubectl |(?:\.\/)?bin\/)?plimsoll(?= [a-z-]))/
/** What a page may leave out without being wrong. */
const LEFT_OUT = new Set([
  ...['commander.missingArgument', 'commander.missingMandatoryOptionValue', 'commander.optionMissingArgument'],
])

/** The command lines in code blocks, indented code and code spans of a page in Markdown. */
export function commandLinesOf(page: string, markdown: string): CommandLine[] {
  const found: CommandLine[] = []
  const lines = markdown.split('\n')
  let isFenced = false
  for (let i = 0; i < lines.length; i++) {
    const where = `${page}:${i + 1}`
    if (/^\s*```/.test(lines[i]!)) isFenced = !isFenced
    else if (isFenced || /^ {4}/.test(lines[i]!)) {
      let text = lines[i]!.trim()
      while (text.endsWith('\\') && i + 1 < lines.length) text = `${text.slice(0, -1)} ${lines[++i]!.trim()}`
      if (PROGRAM.test(text)) found.push({ where, text })
    } else {
      for (const [, text] of lines[i]!.matchAll(/`([^`]+)`/g))
        if (PROGRAM.test(text!)) found.push({ where, text: text! })
    }
  }
  return found
}

/** Why the program would not take a command line; undefined where it would. */
export function whyRefused(text: string): string | undefined {
  for (const args of alternatives(argumentsOf(text))) {
    const why = parse(args)
    if (why) return why
  }
  return undefined
}

/** Choices, such as `explain|report`, name several command lines at once. */
function alternatives([first, ...rest]: readonly string[]): string[][] {
  if (first === undefined) return [[]]
  const words = /^[a-z-]+(?:\|[a-z-]+)+$/.test(first) ? first.split('|') : [first]
  const others = alternatives(rest)
  return words.flatMap((word) => others.map((other) => [word, ...other]))
}

function parse(args: readonly string[]): string | undefined {
  const made = program()
  const quiet = (command: Command) => command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} })
  for (const command of quiet(made).commands) quiet(command).action(() => {})
  try {
    made.parse(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (LEFT_OUT.has(error.code) || error.exitCode === 0) return undefined
    return error.message
  }
  return undefined
}

/** As a shell would split it, up to a comment, a pipe or a redirection; `…` stands for what else there may be. */
function argumentsOf(text: string): string[] {
  const isStart = text.includes('npm start --')
  const rest = text.replace(PROGRAM, '').replace(/\)$/, '')
  const words = rest.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? []
  const end = words.findIndex((word) => /^(#|\||>|<|&&|;)/.test(word))
  const own = (end < 0 ? words : words.slice(0, end)).filter((word) => word !== '…' && word !== '...')
  return [...(isStart ? ['start'] : []), ...own.map((word) => word.replaceAll(/['"]/g, ''))]
}

/** Flags alone in code spans, such as `--dry-run`. */
export function flagsOf(page: string, markdown: string): CommandLine[] {
  return markdown.split('\n').flatMap((line, i) =>
    [...line.matchAll(/`(--[a-z][a-z-]*)(?:[ =][^`]*)?`/g)].map(([, text]) => ({
      where: `${page}:${i + 1}`,
      text: text!,
    })),
  )
}

/** Every flag of every command. */
export function knownFlags(): Set<string> {
  const all = program().commands.flatMap((command) => command.options.map(({ long }) => long ?? ''))
  return new Set([...all, '--help', '--version'])
}
