import type { Command } from 'commander'
import type { ApplyNowOptions } from './actions/apply-now.ts'
import type { ActorOptions } from './actions/as-actor.ts'
import type { ApproveOptions, DecideOptions } from './actions/decide.ts'
import type { ExportOptions } from './actions/export.ts'
import { addExportOptions, type PullRequestOptions } from './actions/export-options.ts'
import type { FreezeOptions } from './actions/freeze.ts'
import { addClusterChoice } from './cluster-choice.ts'
import { CommandError } from './failure.ts'

/**
 * Adds the commands with which people act on Recommendations and workloads: `plimsoll approve`, `reject`, `hold`,
 * `resume`, `rollback`, `freeze`, `restart`, `apply-now`, `export`.
 */
export function addActionCommands(program: Command): void {
  const WORKLOADS = 'such as deployment/web or sts/db'
  const action = (
    name: string,
    description: string,
    workloads: '<workloads...>' | '[workloads...]' = '<workloads...>',
  ) =>
    addClusterChoice(
      program
        .command(name)
        .description(description)
        .argument(workloads, WORKLOADS)
        .option('-n, --namespace <name>', 'namespace of the workloads (default: that of the kubeconfig)'),
    )
  const writing = (command: Command) =>
    command.option('--dry-run', 'ask the API server whether it would accept the change, and change nothing')

  writing(action('approve', 'approve the pending revision', '[workloads...]'))
    .option('--all', 'all pending revisions in the namespace')
    .option('--for <time>', 'how long the approval also covers values within a step of it: 12h, 30d', '30d')
    .option('--revision <number>', 'only if this revision is pending')
    .action(async (names: string[], options: ApproveOptions) => {
      const { approve } = await import('./actions/decide.ts')
      await approve(names, options)
    })
  writing(action('reject', 'reject the pending revision, until something else is learned'))
    .option('--reason <text>', 'the reason, for other people')
    .option('--revision <number>', 'only if this revision is pending')
    .action(async (names: string[], options: DecideOptions) => {
      const { reject } = await import('./actions/decide.ts')
      await reject(names, options)
    })
  writing(action('hold', 'pause changes to a workload'))
    .option('--reason <text>', 'the reason, for other people')
    .option('--for <time>', 'for how long: 90m, 12h, 30d; else until resume')
    .action(async (names: string[], options: DecideOptions) => {
      const { hold } = await import('./actions/decide.ts')
      await hold(names, options)
    })
  writing(action('resume', 'end a hold')).action(async (names: string[], options: ActorOptions) => {
    const { resume } = await import('./actions/decide.ts')
    await resume(names, options)
  })
  writing(action('rollback', 'go back to the last good revision'))
    .option('--reason <text>', 'the reason, for other people')
    .action(async (names: string[], options: DecideOptions) => {
      const { rollback } = await import('./actions/decide.ts')
      await rollback(names, options)
    })
  writing(
    addClusterChoice(
      program
        .command('freeze')
        .description('pause changes in a namespace, or in the whole cluster')
        .option('-n, --namespace <name>', 'namespace (default: that of the kubeconfig)'),
    )
      .option('--cluster', 'all namespaces')
      .option('--plimsoll-namespace <name>', 'where Plimsoll is installed', 'plimsoll')
      .option('--reason <text>', 'the reason, for other people')
      .option('--for <time>', 'for how long: 90m, 12h, 30d; else until --end')
      .option('--end', 'end a freeze'),
  ).action(async (options: FreezeOptions) => {
    const { freeze } = await import('./actions/freeze.ts')
    await freeze(options)
  })
  writing(action('restart', 'restart the Pods of a workload, so that they get the applied revision')).action(
    async (names: string[], options: ActorOptions) => {
      const { restart } = await import('./actions/restart.ts')
      await restart(names, options)
    },
  )
  writing(
    addClusterChoice(
      program
        .command('apply-now')
        .description('give the running Pods of a workload the applied revision now; exits with 3 if some do not get it')
        .argument('<workload>', WORKLOADS)
        .option('-n, --namespace <name>', 'namespace of the workload (default: that of the kubeconfig)'),
    )
      .option('--plimsoll-namespace <name>', 'where Plimsoll is installed', 'plimsoll')
      .option('--yes', 'do not ask')
      .option('--reason <text>', 'the reason, for other people')
      .option('--timeout <seconds>', 'how long to follow what happens', '600s'),
  ).action(async (name: string, options: ApplyNowOptions) => {
    const { applyNow } = await import('./actions/apply-now.ts')
    await applyNow(name, options)
  })
  addExportOptions(
    action(
      'export',
      'print what would be injected as a strategic-merge patch of the manifest, or propose it as pull requests',
      '[workloads...]',
    ),
  ).action(async (names: string[], options: ExportOptions | PullRequestOptions) => {
    if ('pullRequest' in options) {
      const { exportPullRequests } = await import('./actions/export-pull-requests.ts')
      return exportPullRequests(names, options)
    }
    if ('repository' in options) throw new CommandError('--repository needs --pull-request')
    const { exportPatches } = await import('./actions/export.ts')
    await exportPatches(names, options)
  })
}
