import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { describeFailure } from './commands/failure.ts'
import { printError } from './commands/terminal/print.ts'

/** Exit codes, as is usual in shells: 1 if something failed, 2 if the command line was wrong. */
const FAILED = 1
const MISUSED = 2

const { version, description } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'),
) as Record<'version' | 'description', string>

const program = new Command('plimsoll')
  .description(description)
  .version(version, '-V, --version', 'print the version')
  .helpOption('-h, --help', 'print this help')
  .helpCommand(false)
  .showHelpAfterError('Run it with --help to see what it takes.')
  .exitOverride()

if (process.argv[2] === 'supervise') {
  // This is process 1 of a container, beside the one that does the work: it does not load the other commands, which take 30 MiB.
  const { addSuperviseCommand } = await import('./commands/supervise.ts')
  addSuperviseCommand(program)
} else {
  const { addCommands } = await import('./commands/index.ts')
  addCommands(program)
}

// `plimsoll … | head` ends here, which is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed the message.
    process.exitCode = error.exitCode === 0 ? 0 : MISUSED
  } else {
    printError(describeFailure(error))
    process.exitCode = FAILED
  }
}
