import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { describeFailure } from './commands/failure.ts'
import { printError } from './commands/terminal/print.ts'

/** As shells have it: 1 when something failed, 2 when the command line made no sense. */
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
  // Process 1 of a container, beside the one that does the work: it leaves out what takes 30 MiB and serves only the others.
  const { addSuperviseCommand } = await import('./commands/supervise.ts')
  addSuperviseCommand(program)
} else {
  const { addCommands } = await import('./commands/index.ts')
  addCommands(program)
}

// `plimsoll … | head` ends here, and that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed what is to be said.
    process.exitCode = error.exitCode === 0 ? 0 : MISUSED
  } else {
    printError(describeFailure(error))
    process.exitCode = FAILED
  }
}
