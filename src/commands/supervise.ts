import { type Command, Option } from 'commander'
import { LOG_LEVELS, type LogLevel } from '../telemetry/index.ts'

/** `plimsoll supervise -- learner …`: process 1 of a container whose worker may fail. */
export function addSuperviseCommand(program: Command): void {
  program
    .command('supervise')
    .description('run another command, and start it again whenever it ends, so that its container never does')
    .argument('<command...>', 'after --: the command and its options, such as `-- learner --config settings.yaml`')
    .addOption(new Option('--log-level <level>', 'what to log').choices(LOG_LEVELS).default('info'))
    .action(async (command: string[], options: { readonly logLevel: LogLevel }) => {
      const { runSupervise } = await import('./supervise/run.ts')
      await runSupervise(command, options.logLevel)
    })
}
