import { type Command, Option } from 'commander'
import { addClusterChoice } from './cluster-choice.ts'
import type { InitOptions } from './init/run.ts'

/** Adds `plimsoll init`, which looks at a cluster before Plimsoll is installed there. */
export function addInitCommand(program: Command): void {
  const init = program
    .command('init')
    .description(
      'look at the cluster of the kubeconfig, and print what was found and the helm command that fits; writes nothing',
    )
    .option('-n, --namespace <name>', 'where you will install Plimsoll', 'plimsoll')
  addClusterChoice(init)
    .option('--chart <chart>', 'the chart: a path, or an oci:// address', 'charts/plimsoll')
    .option(
      '--image <repository>',
      'repository of the image, for a chart from the sources (default: registry.example.com/plimsoll, unless the chart is an oci:// address)',
    )
    .addOption(new Option('-o, --output <format>', 'output format').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      '\nExit code: 0 Plimsoll can be installed, 1 something prevents that, 2 the cluster could not be read.',
    )
    .action(async (options: InitOptions) => {
      const { runInit } = await import('./init/run.ts')
      await runInit(options)
    })
}
