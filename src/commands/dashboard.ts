import { type Command, Option } from 'commander'
import { PathPrefix, Port } from '../config/index.ts'
import { by } from './by.ts'
import type { DashboardCommandOptions } from './dashboard/run.ts'
import { addHistoryOptions, refuseStrayOptions } from './history/options.ts'
import { logLevelOption } from './log-level-option.ts'

/** Adds `plimsoll dashboard`, which serves a page that shows what is wasted, at risk and waiting. */
export function addDashboardCommand(program: Command): void {
  const dashboard = program
    .command('dashboard')
    .description('serve a page that shows what a cluster wastes and what is at risk, and why; approve there')
    .option('-n, --namespace <name...>', 'these namespaces only')
    .option('--config <file>', 'settings (YAML); else those of the installation in the cluster')
    .option('--plimsoll-namespace <name>', 'where Plimsoll is installed', 'plimsoll')
    .option(
      '--fleet-secret <name>',
      'read what runs from this Secret there, in which a learner publishes it, and no Pods',
    )
    .option('--prices <file>', 'what reserving costs (YAML or JSON); see docs/report.md')
    .optionsGroup('Usage over time, for the plots:')
  addHistoryOptions(dashboard, 'what is looked at')
    .optionsGroup('Who comes in, and where:')
    .addOption(
      new Option(
        '--sign-in <how>',
        'link: whoever started it, by a link that works once; token: everybody by a bearer token of theirs',
      )
        .choices(['link', 'token'])
        .default('link'),
    )
    .option('--port <port>', 'serve (HTTP) on this port; 0 takes a free one', by(Port), 8090)
    .option('--path-prefix <path>', 'with --sign-in token: serve under this path, such as /plimsoll', by(PathPrefix))
    .option('--host <address>', 'with --sign-in token: on this address; on all without it')
    .addOption(logLevelOption())
    .optionsGroup('Help:')
    .helpOption('-h, --help', 'print this help')
    .action(async (options: DashboardCommandOptions, command: Command) => {
      refuseStrayOptions(command)
      if (options.host !== undefined && options.signIn === 'link')
        command.error('error: --host goes with --sign-in token: by a link it is served on 127.0.0.1 alone')
      if (options.pathPrefix !== undefined && options.signIn === 'link')
        command.error('error: --path-prefix goes with --sign-in token: by a link it is served at the root')
      const { runDashboard } = await import('./dashboard/run.ts')
      await runDashboard(options)
    })
}
