import { type Command, Option } from 'commander'
import { Link, PathPrefix, Port } from '../config/index.ts'
import { by } from './by.ts'
import { addClusterChoice } from './cluster-choice.ts'
import type { DashboardCommandOptions } from './dashboard/run.ts'
import { addHistoryOptions, refuseStrayOptions } from './history/options.ts'
import { all } from './history/several.ts'
import { logLevelOption } from './log-level-option.ts'

/** Adds `plimsoll dashboard`, which serves a page that shows what is wasted, at risk and waiting. */
export function addDashboardCommand(program: Command): void {
  const dashboard = program
    .command('dashboard')
    .description(
      'serve a page that shows what a cluster wastes, what is at risk and why; you can approve changes there',
    )
    .option('-n, --namespace <name...>', 'only these namespaces')
  addClusterChoice(dashboard)
    .option('--config <file>', 'settings (YAML); else those of the installation in the cluster')
    .option('--plimsoll-namespace <name>', 'where Plimsoll is installed', 'plimsoll')
    .option(
      '--fleet-secret <name>',
      'read running Pods from this Secret, in which the learner publishes them, instead of from the API',
    )
    .option('--prices <file>', 'prices (YAML or JSON); see docs/guides/report.md')
    .optionsGroup('Usage over time, for the plots:')
  addHistoryOptions(dashboard, 'the history')
    .optionsGroup('Who may sign in, and where:')
    .addOption(
      new Option(
        '--sign-in <how>',
        'link: only you, by a link that works once; token: everybody, with their own bearer token',
      )
        .choices(['link', 'token'])
        .default('link'),
    )
    .option('--port <port>', 'serve (HTTP) on this port; 0 takes a free one', by(Port), 8090)
    .option('--path-prefix <path>', 'with --sign-in token: serve under this path, such as /plimsoll', by(PathPrefix))
    .option('--host <address>', 'with --sign-in token: on this address (default: all)')
    .option('--link <name=url>', 'link to the dashboard of another cluster; may be repeated', all(Link))
    .addOption(logLevelOption())
    .optionsGroup('Help:')
    .helpOption('-h, --help', 'print this help')
    .action(async (options: DashboardCommandOptions, command: Command) => {
      refuseStrayOptions(command)
      if (options.host !== undefined && options.signIn === 'link')
        command.error('error: --host needs --sign-in token: with a link, the dashboard is served on 127.0.0.1 only')
      if (options.pathPrefix !== undefined && options.signIn === 'link')
        command.error('error: --path-prefix needs --sign-in token: with a link, the dashboard is served at the root')
      const { runDashboard } = await import('./dashboard/run.ts')
      await runDashboard(options)
    })
}
