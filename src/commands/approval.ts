import type { Command } from 'commander'
import type { PersonOptions } from './approval/as-person.ts'
import type { ExportOptions } from './approval/export.ts'
import type { FreezeOptions } from './approval/freeze.ts'
import type { ApproveOptions, WishOptions } from './approval/wishes.ts'

/** The commands by which people decide: `plimsoll approve`, `reject`, `hold`, `resume`, `rollback`, `freeze`, `restart`, `export`. */
export function addApprovalCommands(program: Command): void {
  const WORKLOADS = 'such as deployment/web or sts/db'
  const person = (
    name: string,
    description: string,
    workloads: '<workloads...>' | '[workloads...]' = '<workloads...>',
  ) =>
    program
      .command(name)
      .description(description)
      .argument(workloads, WORKLOADS)
      .option('-n, --namespace <name>', "of the workloads; else the kubeconfig's")
  const writing = (command: Command) =>
    command.option('--dry-run', 'ask the API server whether it would be let through, and change nothing')

  writing(person('approve', 'have what is pending applied', '[workloads...]'))
    .option('--all', 'all that is pending in the namespace')
    .option('--for <time>', 'how long it covers what is learned within a step of it: 12h, 30d', '30d')
    .option('--revision <number>', 'only if this is what is pending')
    .action(async (names: string[], options: ApproveOptions) => {
      const { approve } = await import('./approval/wishes.ts')
      await approve(names, options)
    })
  writing(person('reject', 'turn down what is pending, until something else is learned'))
    .option('--reason <text>', 'why, for others')
    .option('--revision <number>', 'only if this is what is pending')
    .action(async (names: string[], options: WishOptions) => {
      const { reject } = await import('./approval/wishes.ts')
      await reject(names, options)
    })
  writing(person('hold', 'have nothing new applied to a workload'))
    .option('--reason <text>', 'why, for others')
    .option('--for <time>', 'for how long: 90m, 12h, 30d; else until resume')
    .action(async (names: string[], options: WishOptions) => {
      const { hold } = await import('./approval/wishes.ts')
      await hold(names, options)
    })
  writing(person('resume', 'end a hold')).action(async (names: string[], options: PersonOptions) => {
    const { resume } = await import('./approval/wishes.ts')
    await resume(names, options)
  })
  writing(person('rollback', 'take the applied revision back to the last good one'))
    .option('--reason <text>', 'why, for others')
    .action(async (names: string[], options: WishOptions) => {
      const { rollback } = await import('./approval/wishes.ts')
      await rollback(names, options)
    })
  writing(
    program
      .command('freeze')
      .description('have nothing new applied in a namespace, or in the cluster')
      .option('-n, --namespace <name>', "which; else the kubeconfig's")
      .option('--cluster', 'all namespaces')
      .option('--plimsoll-namespace <name>', 'where Plimsoll is installed', 'plimsoll')
      .option('--reason <text>', 'why, for others')
      .option('--for <time>', 'for how long: 90m, 12h, 30d; else until --end')
      .option('--end', 'end a freeze'),
  ).action(async (options: FreezeOptions) => {
    const { freeze } = await import('./approval/freeze.ts')
    await freeze(options)
  })
  writing(person('restart', 'have the Pods of a workload made anew, so that they get what is applied')).action(
    async (names: string[], options: PersonOptions) => {
      const { restart } = await import('./approval/restart.ts')
      await restart(names, options)
    },
  )
  person('export', 'print what would be injected as a strategic-merge patch of the manifest')
    .option('--plimsoll-namespace <name>', 'where Plimsoll is installed', 'plimsoll')
    .action(async (names: string[], options: ExportOptions) => {
      const { exportPatches } = await import('./approval/export.ts')
      await exportPatches(names, options)
    })
}
