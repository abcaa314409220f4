import { type Command, Option } from 'commander'
import { addClusterChoice } from './cluster-choice.ts'
import { addAccessOptions, refuseStrayOptions } from './history/options.ts'
import type { SloOptions } from './slo/run.ts'

/** Adds `plimsoll slo`, which shows what is known of SLOs. It only reads. */
export function addSloCommand(program: Command): void {
  const command = program
    .command('slo')
    .description(
      'show for each SLO whether it was found, the share of bad requests and the rest of its error budget, by Pod and revision',
    )
    .argument('[workload]', 'deployment/web, … (default: all with an SLO)')
    .option('-n, --namespace <name>', 'its namespace')
  addClusterChoice(command)
    .option('--objects <file...>', 'objects of Pyrra, Sloth and OpenSLO (YAML) instead of those in the cluster')
    .option('--config <file>', 'settings (YAML); else those of the installation in the cluster')
    .option('--plimsoll-namespace <name>', 'where Plimsoll is installed', 'plimsoll')
    .addOption(new Option('-o, --output <format>', 'output format').choices(['table', 'json']).default('table'))
    .optionsGroup('Data source:')
    .option('--prometheus <url>', 'Prometheus, Thanos, Mimir or VictoriaMetrics (default: from the settings)')
    .optionsGroup('With --prometheus:')
  addAccessOptions(command)
    .optionsGroup('Help:')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', '\nExit code: 0 success, whether the SLOs are met or not; 1 failure; 2 wrong usage.')
    .action(async (workload: string | undefined, options: SloOptions, command: Command) => {
      refuseStrayOptions(command)
      const { runSlo } = await import('./slo/run.ts')
      await runSlo(workload, options)
    })
}
