import { Argument, type Command } from 'commander'
import type { Tool } from '../migrate/index.ts'
import { addClusterChoice } from './cluster-choice.ts'
import type { MigrateOptions } from './migrate/run.ts'

/** Named here, so that the help does not load what reads a cluster. */
const TOOLS: readonly Tool[] = ['vpa', 'krr', 'goldilocks', 'attune']

/** Adds `plimsoll migrate`, which takes workloads over from another tool, and gives them back. */
export function addMigrateCommand(program: Command): void {
  const migrate = program
    .command('migrate')
    .description(
      'take workloads over from another tool: shows a plan, asks, prepares the namespaces, and hands over each workload that Plimsoll knows well enough',
    )
    .addArgument(new Argument('<tool>', 'the tool that sizes them now').choices(TOOLS))
    .option('-n, --namespace <name>', 'only in this namespace; else in all')
  addClusterChoice(migrate)
    .option('--dry-run', 'print the plan, and write nothing')
    .option('--yes', 'do not ask')
    .option('--undo', 'restore what was before the migration')
    .option('--timeout <seconds>', 'how long to wait for workloads that nothing has been learned about yet', '120s')
    .option('--plimsoll-namespace <name>', 'where Plimsoll is installed', 'plimsoll')
    .addHelpText(
      'after',
      '\nRun it again at any time: it continues where it stopped.\nExit code: 0 everything that can be handed over is; 3 some workloads still wait; 1 failed or refused; 2 wrong usage.',
    )
    .action(async (tool: Tool, options: MigrateOptions) => {
      const { runMigrate } = await import('./migrate/run.ts')
      await runMigrate(tool, options)
    })
}
