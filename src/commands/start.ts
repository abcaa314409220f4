import { type Command, Option } from 'commander'
import type { z } from 'zod'
import { Header, Label, Port, Price } from '../config/index.ts'
import { Goal } from '../recommendations/index.ts'
import { by } from './by.ts'
import { DEFAULT_PRICES } from './start/money.ts'
import type { StartOptions } from './start/run.ts'

/** `plimsoll start`: the whole loop on one machine, without a cluster. */
export function addStartCommand(program: Command): void {
  const dollars = (what: string, flags: string, fallback: number) =>
    new Option(flags, `what reserving one ${what} costs, in dollars an hour`).default(fallback).argParser(by(Price))
  program
    .command('start')
    .description('learn from usage history, serve the webhook, and show what it makes of some Pods; needs no cluster')

    .optionsGroup('What to learn from (a short recording of real containers, where nothing is given):')
    .option('--history <file>', 'CSV or OpenMetrics text, plain or gzip')
    .addOption(
      new Option(
        '--prometheus <url>',
        'the last 14 days of Prometheus, Thanos, Mimir or VictoriaMetrics; the URL ends before /api/v1',
      ).conflicts('history'),
    )
    .addOption(
      new Option(
        '--synthetic',
        'two weeks of services that never existed, with their days, weeks and bursts',
      ).conflicts(['history', 'prometheus']),
    )

    .optionsGroup('With --prometheus:')
    .option('--prometheus-namespace <name...>', 'these namespaces only')
    .option('--prometheus-label <name=value>', 'series with this label only; may be repeated', all(Label))
    .option('--prometheus-header <header>', 'send this header, as curl takes it; may be repeated', all(Header))
    .option('--prometheus-token-file <file>', 'a bearer token')
    .option('--prometheus-user <name>', 'basic auth')
    .option('--prometheus-password-file <file>', 'basic auth')
    .option('--prometheus-ca-file <file>', 'the only authorities to trust, in PEM')

    .optionsGroup('What to do with it:')
    .addOption(new Option('--goal <goal>', 'what to size for').choices(Goal.options).default('balanced'))
    .option(
      '--pods <path...>',
      'send the Pods of these manifests: YAML files, or folders of them (default: the examples)',
    )
    .addOption(dollars('CPU core', '--cpu-price <dollars>', DEFAULT_PRICES.perCoreHour))
    .addOption(dollars('GiB of memory', '--memory-price <dollars>', DEFAULT_PRICES.perGibibyteHour))
    .option('--once', 'end after the table, instead of serving on')

    .optionsGroup('Where to do it:')
    .option('--port <port>', 'serve the webhook (HTTPS) on this port of 127.0.0.1; 0 takes a free one', by(Port), 8443)
    .option(
      '--ops-port <port>',
      'serve probes and metrics (HTTP) on this port (default: the one after --port)',
      by(Port),
    )
    .option('--data <folder>', 'keep recommendations, certificate and reviews here', '.plimsoll')
    .optionsGroup('Help:')
    .helpOption('-h, --help', 'print this help')

    .action(async (options: StartOptions, command: Command) => {
      refuseStrayOptions(options, command)
      // Only now: the other commands, and --help, do without all that this one needs.
      const { start } = await import('./start/run.ts')
      await start(options)
    })
}

/** They would be passed over in silence; Commander knows conflicts, but no needs. */
function refuseStrayOptions(options: StartOptions, command: Command): void {
  if (options.prometheus !== undefined) return
  const stray = command.options.find((option) => {
    const name = option.attributeName()
    return name.startsWith('prometheus') && command.getOptionValue(name) !== undefined
  })
  if (stray) command.error(`error: option '${stray.flags}' needs --prometheus <url>`)
}

/** The same for an option that may be given several times. */
function all<T>(schema: z.ZodType<T, string>) {
  return (text: string, before: readonly T[] = []): readonly T[] => [...before, by(schema)(text)]
}
