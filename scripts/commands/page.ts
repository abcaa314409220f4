import { Command } from 'commander'
import { addCommands } from '../../src/commands/index.ts'
import { head } from '../reference/markdown.ts'

const WIDTH = 100
/** Shells ask these, nobody else. */
const FOR_SHELLS = new Set(['complete'])

const ABOUT = `As \`plimsoll <command>\`, \`bin/plimsoll <command>\` in a clone, and \`kubectl plimsoll <command>\` where the plugin is [installed](../start/install.md), or \`bin/\` of a clone is on the PATH.`

/** The program with all its commands, as src/main.ts has it. */
export function program(): Command {
  const made = new Command('plimsoll')
  addCommands(made)
  return made
}

/** What each command says of itself with --help, as Markdown. */
export function commandsPage(): string {
  const commands = program().commands.filter((command) => !FOR_SHELLS.has(command.name()))
  const list = commands.map((command) => `- [${command.name()}](#plimsoll-${command.name()}): ${command.description()}`)
  const sections = commands.map(
    (command) => `## plimsoll ${command.name()}\n\n\`\`\`text\n${helpOf(command)}\n\`\`\`\n`,
  )
  return [head('src/commands/', 'Commands', ABOUT), `${list.join('\n')}\n`, ...sections].join('\n')
}

function helpOf(command: Command): string {
  let text = ''
  command
    .configureHelp({ helpWidth: WIDTH })
    .configureOutput({
      writeOut: (piece) => {
        text += piece
      },
      getOutHasColors: () => false,
    })
    .outputHelp()
  return text.trim()
}
