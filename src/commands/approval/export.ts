import { stringify } from 'yaml'
import { targetOf } from '../../wishes/index.ts'
import { explainPod } from '../explain/explain.ts'
import { gatherFacts } from '../explain/facts.ts'
import { subjectsOf } from '../explain/subject.ts'
import { CommandError } from '../failure.ts'
import { asPerson, type PersonOptions } from './as-person.ts'
import { podSpecPatch } from './pod-spec-patch.ts'

export interface ExportOptions extends Pick<PersonOptions, 'namespace'> {
  readonly plimsollNamespace: string
}

/**
 * Prints, for each workload, the strategic-merge patch that writes into its manifest what the webhook would inject into its
 * next Pod: for those who change manifests by pull request.
 */
export async function exportPatches(names: readonly string[], options: ExportOptions): Promise<void> {
  await asPerson(options, async (person) => {
    const { client, namespace } = person
    const patches: string[] = []
    for (const name of names) {
      const { type, workload } = targetOf(name, namespace)
      const [subject] = await subjectsOf(name, { namespace, client: async () => client })
      const facts = await gatherFacts(client, subject!, {
        settings: undefined,
        plimsollNamespace: options.plimsollNamespace,
      })
      const explanation = explainPod(subject!, facts)
      const spec = podSpecPatch(explanation)
      if (!spec) {
        const reasons = explanation.reasons.join(', ')
        throw new CommandError(`${name}: nothing to export: ${reasons}. See kubectl plimsoll explain ${name}`)
      }
      const template = { template: { spec } }
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
