import type { Command } from 'commander'

/** Adds `plimsoll load`, which the Jobs of Experiments run. It is not for people, so the help does not list it. */
export function addLoadCommand(program: Command): void {
  program
    .command('load', { hidden: true })
    .description('send requests on schedule, as an Experiment says, and write the result')
    .argument('<spec>', 'the load, as JSON')
    .option('--result <file>', 'where the result is written', '/dev/termination-log')
    .helpOption('-h, --help', 'print this help')
    .action(async (spec: string, options: { result: string }) => {
      const { runLoad } = await import('./load/run.ts')
      await runLoad(spec, options.result)
    })
}
