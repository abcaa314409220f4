import { stringify } from 'yaml'
import { CommandError } from '../failure.ts'
import { type ActorOptions, asActor } from './as-actor.ts'
import { BY_NODE_CLASS, explained, isByNodeClass } from './explained.ts'
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
  if (names.length === 0) throw new CommandError('expected the name of a workload, such as deployment/web')
  await asActor(options, async ({ client, namespace }) => {
    const patches: string[] = []
    for (const name of names) {
      const found = await explained(name, { client, namespace, ...options })
      const { workload, apiVersion, explanation } = found
      const spec = podSpecPatch(explanation)
      if (!spec) {
        const reasons = explanation.reasons.join(', ')
        throw new CommandError(`${name}: nothing to export: ${reasons}. See kubectl plimsoll explain ${name}`)
      }
      const template = { template: { spec } }
      if (isByNodeClass(found))
        process.stderr.write(`${name}: ${BY_NODE_CLASS}: the patch has what the largest nodes need\n`)
      patches.push(
        stringify({
          ...{ apiVersion, kind: workload.kind, metadata: { name: workload.name, namespace } },
          spec: workload.kind === 'CronJob' ? { jobTemplate: { spec: template } } : template,
        }),
      )
    }
    process.stdout.write(patches.join('---\n'))
  })
}
