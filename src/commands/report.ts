import { type Command, Option } from 'commander'
import { Goal } from '../api/index.ts'
import { Days, Price } from '../config/index.ts'
import { by } from './by.ts'
import { addHistoryOptions, refuseStrayOptions } from './history/options.ts'
import { CONDITIONS, LIMIT_EXCEEDED, parseConditions } from './report/fail-on.ts'
import type { ReportOptions } from './report/run.ts'

/** Adds `plimsoll report`, which shows what is wasted, what is at risk, and what to do. It only reads. */
export function addReportCommand(program: Command): void {
  const money = (what: string, flags: string) =>
    new Option(flags, `what reserving one ${what} costs, in dollars an hour`).argParser(by(Price)).conflicts('prices')
  const report = program
    .command('report')
    .description(
      'show what workloads ask for, use and should have, what that costs and risks, and what to do; needs no installation, and writes nothing',
    )
    .optionsGroup('What to look at (the cluster of the kubeconfig, where nothing is given):')
  addHistoryOptions(report, 'the last 14 days')
    .option('--prometheus-days <days>', 'read so many days instead', by(Days))
    .optionsGroup('Of what:')
    .option('--cluster', 'with --prometheus or --history: ask the cluster of the kubeconfig as well')
    .option('-n, --namespace <name...>', 'these namespaces only')
    .option('-l, --selector <labels>', 'workloads whose Pods have these labels only, in the cluster')
    .addOption(
      new Option('--pods <path...>', 'what these manifests ask for: YAML files, or folders of them').conflicts(
        'cluster',
      ),
    )
    .option('--config <file>', 'settings (YAML), for their runLabels; else those of the installation in the cluster')
    .option('--plimsoll-namespace <name>', 'where Plimsoll is installed', 'plimsoll')
    .option('--decisions <file>', 'judge these decisions (CSV, as backtest --out writes it) against the history')
    .optionsGroup('How:')
    .addOption(
      new Option('--goal <goal>', 'what to size for, where neither author nor SizingPolicy says')
        .choices(Goal.options)
        .default('balanced'),
    )
    .option('--prices <file>', 'prices of a core and a GiB, and of node pools (YAML)')
    .addOption(money('CPU core', '--cpu-price <dollars>'))
    .addOption(money('GiB of memory', '--memory-price <dollars>'))
    .optionsGroup('What to make of it:')
    .addOption(
      new Option('-o, --output <format>', 'how it is printed')
        .choices(['table', 'wide', 'json', 'yaml', 'csv'])
        .default('table'),
    )
    .option('--fail-on <conditions>', `end with ${LIMIT_EXCEEDED} where it shows: ${CONDITIONS}`, parseConditions)
    .optionsGroup('Help:')
    .helpOption('-h, --help', 'print this help')
    .addHelpText(
      'after',
      `\nExit code: 0 all is well, ${LIMIT_EXCEEDED} a condition of --fail-on was met, 1 it failed, 2 the command line made no sense.`,
    )
    .action(async (options: ReportOptions, command: Command) => {
      refuseStrayOptions(command)
      refuseWithoutPlace(options, command)
      const { report } = await import('./report/run.ts')
      await report(options)
    })
}

/** Refuses options whose data source is missing; otherwise they would be ignored silently. */
function refuseWithoutPlace(options: ReportOptions, command: Command): void {
  const hasHistory = options.history !== undefined || options.prometheus !== undefined
  const hasCluster = options.cluster || !hasHistory
  if (options.selector !== undefined && !hasCluster)
    command.error('error: --selector needs a cluster: labels of Pods are not in a history; add --cluster')
  if (options.pods !== undefined && !hasHistory)
    command.error('error: --pods needs a history beside the manifests: --history <file> or --prometheus <url>')
  if (options.decisions !== undefined && !hasHistory)
    command.error('error: --decisions needs a history to be judged by: --history <file> or --prometheus <url>')
}
