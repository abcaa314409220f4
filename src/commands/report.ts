import { type Command, Option } from 'commander'
import { Goal } from '../api/index.ts'
import { Days, Price } from '../config/index.ts'
import { by } from './by.ts'
import { addHistoryOptions, datadogDays, refuseStrayOptions } from './history/options.ts'
import { CONTEXT, namesContext, targetsOf } from './report/clusters/targets.ts'
import { CONDITIONS, LIMIT_EXCEEDED, parseConditions } from './report/fail-on.ts'
import type { ReportOptions } from './report/options.ts'

/** Adds `plimsoll report`, which shows what is wasted, what is at risk, and what to do. It only reads. */
export function addReportCommand(program: Command): void {
  const money = (what: string, flags: string) =>
    new Option(flags, `price of reserving one ${what}, in dollars an hour`).argParser(by(Price)).conflicts('prices')
  const report = program
    .command('report')
    .description(
      'show what workloads request, use and need, what that costs and risks, and what to do; needs no installation, and writes nothing',
    )
    .optionsGroup('Input (by default the cluster of the kubeconfig):')
  addHistoryOptions(report, 'the last 14 days')
    .option('--prometheus-days <days>', 'read this many days instead', by(Days))
    .addOption(datadogDays())
    .optionsGroup('Of what:')
    .option('--cluster', 'with --prometheus, --datadog or --history: also read the cluster of the kubeconfig')
    .option(
      '--context <name...>',
      `the cluster of this context of the kubeconfig; several give one report; ${CONTEXT} in --prometheus, --prometheus-label and --prometheus-header stands for its name`,
    )
    .option(
      '--kubeconfig <file...>',
      'these kubeconfigs instead of $KUBECONFIG; several without --context give one report of their current contexts',
    )
    .option('-n, --namespace <name...>', 'only these namespaces')
    .option('-l, --selector <labels>', 'only workloads whose Pods have these labels in the cluster')
    .addOption(
      new Option('--pods <path...>', 'requests from these manifests: YAML files, or folders of them').conflicts(
        'cluster',
      ),
    )
    .option('--config <file>', 'settings (YAML), for their runLabels; else those of the installation in the cluster')
    .option('--plimsoll-namespace <name>', 'where Plimsoll is installed', 'plimsoll')
    .option('--decisions <file>', 'judge these decisions (CSV from backtest --out) by the history')
    .optionsGroup('How:')
    .addOption(
      new Option('--goal <goal>', 'what to size for, unless the author or a SizingPolicy sets a goal')
        .choices(Goal.options)
        .default('balanced'),
    )
    .option('--prices <file>', 'prices of a core, a GiB, node pools and nodes (YAML)')
    .addOption(money('CPU core', '--cpu-price <dollars>'))
    .addOption(money('GiB of memory', '--memory-price <dollars>'))
    .optionsGroup('Output:')
    .addOption(
      new Option('-o, --output <format>', 'output format')
        .choices(['table', 'wide', 'json', 'yaml', 'csv', 'bill-csv'])
        .default('table'),
    )
    .option('--node-shapes', 'also ask which other nodes would cost least: those of --prices, and those that are there')
    .option(
      '--fail-on <conditions>',
      `exit with ${LIMIT_EXCEEDED} if the report shows one of: ${CONDITIONS}`,
      parseConditions,
    )
    .optionsGroup('Help:')
    .helpOption('-h, --help', 'print this help')
    .addHelpText(
      'after',
      `\nExit code: 0 success, ${LIMIT_EXCEEDED} a condition of --fail-on was met, 1 failure, 2 wrong usage.`,
    )
    .action(async (options: ReportOptions, command: Command) => {
      refuseStrayOptions(command)
      refuseWithoutPlace(options, command)
      refuseForSeveral(options, command)
      const { report } = await import('./report/run.ts')
      await report(options)
    })
}

/** Refuses options whose data source is missing; otherwise they would be ignored silently. */
function refuseWithoutPlace(options: ReportOptions, command: Command): void {
  const hasHistory = [options.history, options.prometheus, options.datadog].some((source) => source !== undefined)
  const hasCluster = options.cluster || !hasHistory || options.context !== undefined || options.kubeconfig !== undefined
  if (options.selector !== undefined && !hasCluster)
    command.error('error: --selector needs a cluster: labels of Pods are not in a history; add --cluster')
  if (options.pods !== undefined && !hasHistory)
    command.error('error: --pods also needs a history: --history <file>, --prometheus <url> or --datadog')
  if (options.nodeShapes && ['wide', 'csv', 'bill-csv'].includes(options.output))
    command.error(`error: --node-shapes is not part of the output ${options.output}: choose table, json or yaml`)
  if (options.output === 'bill-csv' && !hasCluster)
    command.error('error: --output bill-csv needs a cluster: nodes are not in a history; add --cluster')
  if (options.nodeShapes && !hasCluster)
    command.error('error: --node-shapes needs a cluster: nodes are not in a history; add --cluster')
  if (options.decisions !== undefined && !hasHistory)
    command.error('error: --decisions needs a history to judge by: --history <file>, --prometheus <url> or --datadog')
}

/** Options that are about one cluster. */
const OF_ONE = ['history', 'datadog', 'pods', 'decisions'] as const

/** Refuses what would give several clusters the data of one. */
function refuseForSeveral(options: ReportOptions, command: Command): void {
  if (namesContext(options) && options.context === undefined)
    command.error(`error: ${CONTEXT} stands for the name of a context: give --context <name>`)
  if (targetsOf(options).length === 1) return
  const ofOne = OF_ONE.find((name) => options[name] !== undefined)
  if (ofOne) command.error(`error: --${ofOne} is about one cluster: give one --context or --kubeconfig`)
  if (options.prometheus !== undefined && !namesContext(options))
    command.error(
      `error: with several clusters, say which data of Prometheus are whose, such as --prometheus-label cluster=${CONTEXT}`,
    )
}
