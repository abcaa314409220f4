import { type Command, Option } from 'commander'
import { Goal } from '../api/index.ts'
import { DEFAULT_PRICES, Port, Price } from '../config/index.ts'
import { by } from './by.ts'
import { addHistoryOptions, refuseStrayOptions } from './history/options.ts'
import type { StartOptions } from './start/options.ts'

/** Adds `plimsoll start`, which runs the whole loop on one machine, without a cluster. */
export function addStartCommand(program: Command): void {
  const dollars = (what: string, flags: string, fallback: number) =>
    new Option(flags, `price of reserving one ${what}, in dollars an hour`).default(fallback).argParser(by(Price))
  const start = program
    .command('start')
    .description('learn from a usage history, serve the webhook, and show how it changes some Pods; needs no cluster')
    .optionsGroup('What to learn from (by default a short recording of real containers):')
  const synthetic = new Option(
    '--synthetic',
    'two weeks of synthetic services, with daily and weekly seasons and bursts',
  ).conflicts(['history', 'prometheus', 'datadog'])
  addHistoryOptions(start, 'the last 14 days', synthetic)
    .optionsGroup('What to do:')
    .addOption(new Option('--goal <goal>', 'what to size for').choices(Goal.options).default('balanced'))
    .option(
      '--pods <path...>',
      'send the Pods of these manifests: YAML files, or folders of them (default: the examples)',
    )
    .option('--config <file>', 'settings (YAML), for their runLabels')
    .addOption(dollars('CPU core', '--cpu-price <dollars>', DEFAULT_PRICES.coreHour))
    .addOption(dollars('GiB of memory', '--memory-price <dollars>', DEFAULT_PRICES.gibHour))
    .option('--once', 'stop after the table, instead of continuing to serve')

    .optionsGroup('Addresses and files:')
    .option('--port <port>', 'serve the webhook (HTTPS) on this port of 127.0.0.1; 0 takes a free one', by(Port), 8443)
    .option(
      '--ops-port <port>',
      'serve probes and metrics (HTTP) on this port (default: the one after --port)',
      by(Port),
    )
    .option(
      '--dashboard-port <port>',
      'serve the dashboard (HTTP) on this port (default: the one after the ops port, or a free one)',
      by(Port),
    )
    .option('--data <folder>', 'keep recommendations, certificate and reviews here', '.plimsoll')
    .optionsGroup('Help:')
    .helpOption('-h, --help', 'print this help')

    .action(async (options: StartOptions, command: Command) => {
      refuseStrayOptions(command)
      // Imported only now, because the other commands and --help do not need what this command needs.
      const { start } = await import('./start/run.ts')
      await start(options)
    })
}
