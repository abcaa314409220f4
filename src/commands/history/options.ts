import { type Command, Option } from 'commander'
import { Days, Header, Label } from '../../config/index.ts'
import { by } from '../by.ts'
import { all } from './several.ts'
import { addTableOptions } from './table-options.ts'

/**
 * Adds the options that name a history.
 *
 * @param window which part of a Prometheus history is read, such as `the last 14 days`
 * @param others options for other kinds of history
 */
export function addHistoryOptions(command: Command, window: string, ...others: readonly Option[]): Command {
  command
    .option('--history <file>', 'a table (CSV and the like), OpenMetrics text or JSON, plain or compressed')
    .addOption(
      new Option(
        '--prometheus <url>',
        `${window} of Prometheus, Thanos, Mimir or VictoriaMetrics; the URL ends before /api/v1`,
      ).conflicts('history'),
    )
  command.addOption(
    new Option(
      '--datadog',
      `${window} of Datadog; the site and the keys are in the environment: DD_SITE, DD_API_KEY, DD_APP_KEY`,
    ).conflicts(['history', 'prometheus']),
  )
  for (const other of others) command.addOption(other)
  command.option('--strict', 'fail at the first invalid row or document, instead of skipping it')
  addTableOptions(command)
    .optionsGroup('With --datadog:')
    .option('--datadog-namespace <name...>', 'only these namespaces')
    .option('--datadog-cluster <name>', 'only the cluster with this kube_cluster_name')
    .optionsGroup('With --prometheus:')
    .option('--prometheus-namespace <name...>', 'only these namespaces')
  return addAccessOptions(command)
}

/** Option for commands that read a window of Datadog. */
export function datadogDays(): Option {
  return new Option('--datadog-days <days>', 'with --datadog: read this many days instead').argParser(by(Days))
}

/** Adds the options that say how a Prometheus is reached, and which of its series are of the cluster. */
export function addAccessOptions(command: Command): Command {
  return command
    .option(
      '--prometheus-label <name=value>',
      'only series with this label; name= for those without it, name=* for all; may be repeated',
      all(Label),
    )
    .option('--prometheus-header <header>', 'send this header, in the syntax of curl; may be repeated', all(Header))
    .option('--prometheus-token-file <file>', 'a bearer token')
    .option('--prometheus-user <name>', 'basic auth')
    .option('--prometheus-password-file <file>', 'basic auth')
    .option('--prometheus-ca-file <file>', 'trust only these certificate authorities (PEM)')
}

const OF_TABLES = ['historyLabel', 'columns', 'delimiter', 'decimalMark', 'timeZone', 'dateOrder', 'sameTime']

/**
 * Refuses options that need `--prometheus`, `--datadog` or `--history` if it is missing; otherwise they would be ignored silently. Commander
 * supports conflicts between options, but not requirements.
 */
export function refuseStrayOptions(command: Command): void {
  const given = (name: string) => command.getOptionValue(name) !== undefined
  const stray = (needs: string, isIts: (name: string) => boolean) =>
    given(needs)
      ? undefined
      : command.options.find((option) => isIts(option.attributeName()) && given(option.attributeName()))
  const ofPrometheus = stray('prometheus', (name) => name.startsWith('prometheus'))
  if (ofPrometheus) command.error(`error: option '${ofPrometheus.flags}' needs --prometheus <url>`)
  const ofDatadog = stray('datadog', (name) => name.startsWith('datadog'))
  if (ofDatadog) command.error(`error: option '${ofDatadog.flags}' needs --datadog`)
  const ofTable = stray('history', (name) => OF_TABLES.includes(name))
  if (ofTable) command.error(`error: option '${ofTable.flags}' needs --history <file>`)
}
