import { type Command, Option } from 'commander'
import { Goal } from '../recommendations/index.ts'
import type { BacktestOptions } from './backtest/run.ts'

/** `plimsoll backtest`: what would have been recommended all along a history. */
export function addBacktestCommand(program: Command): void {
  program
    .command('backtest')
    .description('replay a usage history through the learner, and write what it would have recommended, and when')
    .requiredOption('--history <file>', 'CSV or OpenMetrics text, plain or gzip')
    .addOption(
      new Option('--cadence <time>', 'how often the recommendations may change').choices(['1h', '24h']).default('24h'),
    )
    .addOption(new Option('--goal <goal>', 'what to size for').choices(Goal.options).default('balanced'))
    .requiredOption('--out <file>', 'write the recommendations there (CSV)')
    .action(async (options: BacktestOptions) => {
      const { backtest } = await import('./backtest/run.ts')
      await backtest(options)
    })
}
