import { type Named, targetOf } from '../../actions/index.ts'
import { type DecisionInputs, explainPod, installedRules, readDecisionInputs, subjectsOf } from '../../explain/index.ts'
import type { KubeClient } from '../../kube/index.ts'
import type { Explanation } from '../../sizing/index.ts'

interface Where {
  readonly client: KubeClient
  readonly namespace: string
  readonly plimsollNamespace: string
}

/** Said of a workload that is sized by class of node. */
export const BY_NODE_CLASS = 'it is sized by class of node, which no manifest can say'

export type Explained = Awaited<ReturnType<typeof explained>>

export function isByNodeClass({ inputs }: Pick<Explained, 'inputs'>): boolean {
  return inputs.status?.applied?.containers.some(({ nodeClasses }) => nodeClasses) ?? false
}

/**
 * What the webhook would inject into the next Pod of a workload, and its inputs.
 *
 * @throws ActionError if the text names no workload with a manifest; ReaderError or KubeError if it cannot be read
 */
export async function explained(
  name: string,
  { client, namespace, plimsollNamespace }: Where,
): Promise<
  Named & { readonly apiVersion: string; readonly explanation: Explanation; readonly inputs: DecisionInputs }
> {
  const { type, ...named } = targetOf(name, namespace)
  const [subject] = await subjectsOf(name, {
    namespace,
    client: async () => client,
    rules: () => installedRules(client, plimsollNamespace),
  })
  const inputs = await readDecisionInputs(client, subject!, { settings: undefined, plimsollNamespace })
  return { ...named, apiVersion: type.apiVersion, explanation: explainPod(subject!, inputs), inputs }
}
