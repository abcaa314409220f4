import { type Command, Option } from 'commander'
import { Duration, Goal } from '../api/index.ts'
import { Days } from '../config/index.ts'
import type { BacktestOptions } from './backtest/run.ts'
import { by } from './by.ts'
import { addHistoryOptions, datadogDays, refuseStrayOptions } from './history/options.ts'

/** Adds `plimsoll backtest`, which replays a history and shows what would have been recommended. */
export function addBacktestCommand(program: Command): void {
  const backtest = program
    .command('backtest')
    .description(
      'replay a usage history: shows for each goal what it would have reserved and saved, and where it would have been too little, beside VPA and KRR',
    )
    .optionsGroup('What to replay:')
  addHistoryOptions(backtest, 'the last 30 days')
    .option('--prometheus-days <days>', 'read this many days instead', by(Days))
    .addOption(datadogDays())
    .optionsGroup('How:')
    .option('--config <file>', 'settings (YAML), for their runLabels')
    .addOption(
      new Option('--cadence <time>', 'how often the recommendations may change').choices(['1h', '24h']).default('24h'),
    )
    .addOption(
      new Option('--goal <goal>', 'what to size for; a summary or report shows all goals, and more about this one')
        .choices(Goal.options)
        .default('balanced'),
    )
    .optionsGroup('Output (by default a summary on the terminal):')
    .option('--out <file>', 'write every decision for the goal there (CSV)')
    .option(
      '--lower-every <time>',
      'with --out alone and hourly decisions: time between two decreases of a value (default: "6h")',
      by(Duration),
    )
    .option('--report <file>', 'write a page for people there (HTML)')
    .optionsGroup('Help:')
    .helpOption('-h, --help', 'print this help')
    .action(async (options: BacktestOptions, command: Command) => {
      refuseStrayOptions(command)
      if (options.history === undefined && options.prometheus === undefined && !options.datadog)
        command.error('error: name a history to replay: --history <file>, --prometheus <url> or --datadog')
      if (options.lowerEvery !== undefined && !(options.cadence === '1h' && options.out && !options.report))
        command.error("error: option '--lower-every <time>' needs --cadence 1h and --out <file>, and takes no --report")
      const { backtest } = await import('./backtest/run.ts')
      await backtest(options)
    })
}
