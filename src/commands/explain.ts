import { type Command, Option } from 'commander'
import { addClusterChoice } from './cluster-choice.ts'
import type { ExplainOptions } from './explain/run.ts'

/** Adds `plimsoll explain`, which explains why a Pod is sized as it is, from the learned to the injected values. */
export function addExplainCommand(program: Command): void {
  const explain = program
    .command('explain')
    .description('say why a Pod has its values: learned → stepped → applied → clamped → injected, with the reasons')
    .argument(
      '<what>',
      'deployment/web, pod/web-0, taskrun/build, …; a file with a manifest or an AdmissionReview; - reads it from stdin',
    )
    .option('-n, --namespace <name>', 'namespace of the object, and of manifests without one')
  addClusterChoice(explain)
    .option('--recommendation <file>', 'explain with this Recommendation (YAML), without a cluster')
    .option('--config <file>', 'settings (YAML); else those of the installation in the cluster')
    .option('--plimsoll-namespace <name>', 'where Plimsoll is installed', 'plimsoll')
    .addOption(new Option('-o, --output <format>', 'output format').choices(['text', 'json']).default('text'))
    .action(async (what: string, options: ExplainOptions) => {
      const { runExplain } = await import('./explain/run.ts')
      await runExplain(what, options)
    })
}
