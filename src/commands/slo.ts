import { type Command, Option } from 'commander'
import { addAccessOptions, refuseStrayOptions } from './history/options.ts'
import type { SloOptions } from './slo/run.ts'

/** Adds `plimsoll slo`, which shows what is known of SLOs. It only reads. */
export function addSloCommand(program: Command): void {
  const command = program
    .command('slo')
    .description(
      'show for each SLO whether it was found, the share of bad requests and the rest of its error budget, by Pod and revision',
    )
    .argument('[workload]', 'deployment/web, …; all with an SLO where nothing is given')
    .option('-n, --namespace <name>', 'its namespace')
    .option('--objects <file...>', 'objects of Pyrra, Sloth and OpenSLO (YAML) in place of those of the cluster')
    .option('--config <file>', 'settings (YAML); else those of the installation in the cluster')
    .option('--plimsoll-namespace <name>', 'where Plimsoll is installed', 'plimsoll')
    .addOption(new Option('-o, --output <format>', 'how it is printed').choices(['table', 'json']).default('table'))
    .optionsGroup('Where it is read:')
    .option('--prometheus <url>', 'Prometheus, Thanos, Mimir or VictoriaMetrics; else that of the settings')
    .optionsGroup('With --prometheus:')
  addAccessOptions(command)
    .optionsGroup('Help:')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', '\nExit code: 0 it was shown, met or not; 1 it failed; 2 the command line made no sense.')
    .action(async (workload: string | undefined, options: SloOptions, command: Command) => {
      refuseStrayOptions(command)
      const { runSlo } = await import('./slo/run.ts')
      await runSlo(workload, options)
    })
}
