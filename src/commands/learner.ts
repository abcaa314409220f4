import type { Command } from 'commander'
import { Port } from '../config/index.ts'
import { by } from './by.ts'
import type { LearnerCommandOptions } from './learner/run.ts'
import { logLevelOption } from './log-level-option.ts'

/** Adds `plimsoll learner`, which learns and publishes in a cluster. */
export function addLearnerCommand(program: Command): void {
  program
    .command('learner')
    .description('learn from the usage of labelled namespaces in a cluster, and publish Recommendations')
    .option('--config <file>', 'settings (YAML)')
    .option('--host <address>', 'with --ops-port: on this address (default: all)')
    .option('--ops-port <port>', 'serve metrics (HTTP) on this port (default: no metrics are served)', by(Port))
    .option('--identity <name>', 'name of this instance among the candidates for leadership', process.env.POD_NAME)
    .option(
      '--fleet-secret <name>',
      'publish the running Pods for the dashboard in this Secret in the namespace of Plimsoll',
    )
    .addOption(logLevelOption())
    .action(async (options: LearnerCommandOptions) => {
      const { runLearner } = await import('./learner/run.ts')
      await runLearner(options)
    })
}
