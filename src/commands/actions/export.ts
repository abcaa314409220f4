import { stringify } from 'yaml'
import { targetOf } from '../../actions/index.ts'
import { explainPod, installedRules, readDecisionInputs, subjectsOf } from '../../explain/index.ts'
import { CommandError } from '../failure.ts'
import { type ActorOptions, asActor } from './as-actor.ts'
import { podSpecPatch } from './pod-spec-patch.ts'

export interface ExportOptions extends Omit<ActorOptions, 'dryRun'> {
  readonly plimsollNamespace: string
}

/**
 * Prints a strategic-merge patch for each workload. It writes into the manifest what the webhook would inject into the
 * next Pod, for people who change manifests by pull request.
 *
 * A manifest has one size for all nodes: of a DaemonSet that is sized by class of node, it gets what the largest need.
 *
 * @throws CommandError if nothing would be injected into the Pods of a workload
 */
export async function exportPatches(names: readonly string[], options: ExportOptions): Promise<void> {
  await asActor(options, async ({ client, namespace }) => {
    const patches: string[] = []
    for (const name of names) {
      const { type, workload } = targetOf(name, namespace)
      const [subject] = await subjectsOf(name, {
        namespace,
        client: async () => client,
        rules: () => installedRules(client, options.plimsollNamespace),
      })
      const inputs = await readDecisionInputs(client, subject!, {
        settings: undefined,
        plimsollNamespace: options.plimsollNamespace,
      })
      const explanation = explainPod(subject!, inputs)
      const spec = podSpecPatch(explanation)
      if (!spec) {
        const reasons = explanation.reasons.join(', ')
        throw new CommandError(`${name}: nothing to export: ${reasons}. See kubectl plimsoll explain ${name}`)
      }
      const template = { template: { spec } }
      if (inputs.status?.applied?.containers.some(({ nodeClasses }) => nodeClasses))
        process.stderr.write(
          `${name}: it is sized by class of node, which no manifest can say: the patch has what the largest nodes need\n`,
        )
      patches.push(
        stringify({
          ...{ apiVersion: type.apiVersion, kind: type.kind, metadata: { name: workload.name, namespace } },
          spec: type.kind === 'CronJob' ? { jobTemplate: { spec: template } } : template,
        }),
      )
    }
    process.stdout.write(patches.join('---\n'))
  })
}
