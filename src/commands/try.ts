import { type Command, InvalidArgumentError, Option } from 'commander'
import { Duration, Goal } from '../api/index.ts'
import { by } from './by.ts'
import { addClusterChoice } from './cluster-choice.ts'
import type { TryOptions } from './try/options.ts'

/** Adds `plimsoll try`, which runs an experiment in the cluster and shows its progress. */
export function addTryCommand(program: Command): void {
  const command = program
    .command('try')
    .description(
      'find out in pre-production what a workload needs: run load tests with different CPU and memory, and restore everything',
    )
    .argument('[workloads...]', 'deployment/checkout, …; several are varied together')
    .option('-n, --namespace <name>', 'namespace of the workloads (default: that of the kubeconfig)')
  addClusterChoice(command)
    .optionsGroup('The load, and the limits under it:')
    .option(
      '--load <load...>',
      'http://checkout/cart@100/s, load.js (k6), locustfile.py, job.yaml or testrun/NAME; several as normal=…, peak:3=… (3: its weight)',
    )
    .option('--files <file...>', 'files that a script imports or opens')
    .option(
      '--duration <time>',
      'how long a load is measured (default: "2m"); scripts of k6 say it themselves',
      by(Duration),
    )
    .option('--warm-up <time>', 'how long it runs before that (default: "30s")', by(Duration))
    .option('--p50 <time>', 'half of the requests must be faster: 250ms or 1.5s')
    .option('--p90 <time>', '90 % of the requests')
    .option('--p95 <time>', '95 % of the requests; else 1.2 times the p95 of the baseline')
    .option('--p99 <time>', '99 % of the requests')
    .option('--error-rate <percentage>', 'share of requests that may fail (default: "1%")')
    .optionsGroup('What is tried:')
    .option(
      '--vary <what...>',
      'cpu=100m..2, memory=fixed, replicas=1..4, GOMAXPROCS=1..8/1 (a variable and its step), GOMAXPROCS=1..8/1@4 (it is 4 now, and the workload does not state it), app:--workers=2..32/2; else CPU and memory of all containers',
    )
    .option('--trials <number>', 'maximum number of trials, 4 to 30 (default: "12")', trials)
    .addOption(new Option('--goal <goal>', 'how certain the result must be').choices(Goal.options))
    .option('--pause-autoscalers', 'allow to pause the HorizontalPodAutoscalers of the workloads during the experiment')
    .option(
      '--gitops-suspended',
      'confirm that Argo CD, Flux or a similar tool is suspended, and does not revert trials',
    )
    .option('--apply-to <workload>', 'propose the result for production: NAMESPACE or NAMESPACE/deployment/NAME')
    .optionsGroup('How it runs:')
    .option('--name <name>', 'of the Experiment (default: the name of the workload and a number)')
    .option('--yes', 'do not ask')
    .option('--keep', 'on Ctrl-C, leave it running in the cluster')
    .option('--status <name>', 'show an Experiment that runs or has ended, instead of starting one')
    .addOption(
      new Option('-o, --output <format>', 'output format at the end; progress is then on standard error')
        .choices(['text', 'json', 'html'])
        .default('text'),
    )
    .option('--plimsoll-namespace <name>', 'where Plimsoll is installed', 'plimsoll')
    .optionsGroup('Help:')
    .helpOption('-h, --help', 'print this help')
    .addHelpText(
      'after',
      '\nExit code: 0 a configuration meets the limits; 3 none does; 1 failed or refused; 2 wrong usage; 130 stopped.',
    )
    .action(async (workloads: string[], options: TryOptions, command: Command) => {
      if (options.status === undefined && (workloads.length === 0 || !options.load))
        command.error(
          'error: name a workload and its load: plimsoll try deployment/checkout --load http://checkout/@100/s',
        )
      if (options.status !== undefined && (workloads.length > 0 || options.load))
        command.error("error: option '--status <name>' shows an Experiment: name no workload and no load")
      const { runTry } = await import('./try/run.ts')
      await runTry(workloads, options)
    })
}

function trials(text: string): number {
  if (!/^([4-9]|[12][0-9]|30)$/.test(text)) throw new InvalidArgumentError('expected 4 to 30.')
  return Number(text)
}
