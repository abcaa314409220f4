import type { Command } from 'commander'
import type { LogLevel } from '../telemetry/index.ts'
import { logLevelOption } from './log-level-option.ts'

/** Adds `plimsoll supervise -- learner …`, which is process 1 of a container whose worker may fail. */
export function addSuperviseCommand(program: Command): void {
  program
    .command('supervise')
    .description('run another command, and restart it whenever it ends, so that its container keeps running')
    .argument('<command...>', 'after --: the command and its options, such as `-- learner --config settings.yaml`')
    .addOption(logLevelOption())
    .action(async (command: string[], options: { readonly logLevel: LogLevel }) => {
      const { runSupervise } = await import('./supervise/run.ts')
      await runSupervise(command, options.logLevel)
    })
}
