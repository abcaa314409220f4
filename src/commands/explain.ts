import { type Command, Option } from 'commander'
import type { ExplainOptions } from './explain/run.ts'

/** Adds `plimsoll explain`, which explains why a Pod is sized as it is, from the learned to the injected values. */
export function addExplainCommand(program: Command): void {
  program
    .command('explain')
    .description('say why a Pod is sized as it is: learned → stepped → applied → clamped → injected, with the reasons')
    .argument(
      '<what>',
      'deployment/web, pod/web-0, taskrun/build, …; a file with a manifest or an AdmissionReview; - reads it from stdin',
    )
    .option('-n, --namespace <name>', 'of what is named, or where a manifest says nothing')
    .option('--recommendation <file>', 'explain by this Recommendation (YAML), without asking a cluster for anything')
    .option('--config <file>', 'settings (YAML); else those of the installation in the cluster')
    .option('--plimsoll-namespace <name>', 'where Plimsoll is installed', 'plimsoll')
    .addOption(new Option('-o, --output <format>', 'how it is printed').choices(['text', 'json']).default('text'))
    .action(async (what: string, options: ExplainOptions) => {
      const { runExplain } = await import('./explain/run.ts')
      await runExplain(what, options)
    })
}
