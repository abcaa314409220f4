import { stringify } from 'yaml'
import type { Written } from '../../sizing/index.ts'
import { targetOf } from '../../wishes/index.ts'
import { explainPod } from '../explain/explain.ts'
import { gatherFacts } from '../explain/facts.ts'
import { subjectsOf } from '../explain/subject.ts'
import { CommandError } from '../failure.ts'
import { asPerson, type PersonOptions } from './as-person.ts'

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
      const { containers, reasons } = explainPod(subject!, facts)
      const changed = containers.filter(({ resources }) =>
        resources.some(({ author, injected }) => differ(author, injected)),
      )
      if (changed.length === 0)
        throw new CommandError(
          `${name}: nothing to export: ${reasons.join(', ')}. See kubectl plimsoll explain ${name}`,
        )
      const list = (isInit: boolean) =>
        changed
          .filter(({ kind }) => (kind === 'container') !== isInit)
          .map(({ name, resources }) => ({ name, resources: resourcesOf(resources) }))
      const [init, app] = [list(true), list(false)]
      const spec = { ...(init.length > 0 && { initContainers: init }), ...(app.length > 0 && { containers: app }) }
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

function differ(a: Written, b: Written): boolean {
  return a.request !== b.request || a.limit !== b.limit
}

function resourcesOf(resources: readonly { readonly resource: string; readonly injected: Written }[]) {
  const of = (field: 'request' | 'limit') =>
    Object.fromEntries(
      resources.flatMap(({ resource, injected }) => (injected[field] ? [[resource, injected[field]]] : [])),
    )
  const [requests, limits] = [of('request'), of('limit')]
  return { requests, ...(Object.keys(limits).length > 0 && { limits }) }
}
