import { type KubeClient, type KubeObject, Reflector, type ResourceType } from '../kube/index.ts'
import { type NamedSizingPolicy, type PolicyBook, SizingPolicySpec } from '../policy/index.ts'
import { API_VERSION } from '../recommendations/index.ts'
import type { Logger } from '../telemetry/index.ts'

const SIZING_POLICIES: ResourceType = { apiVersion: API_VERSION, kind: 'SizingPolicy', plural: 'sizingpolicies' }

/** Keeps the book of SizingPolicies as the cluster has them. */
export function policyReflector(client: KubeClient, book: PolicyBook, logger: Logger) {
  return new Reflector<KubeObject & { spec?: unknown }, { namespace: string } & NamedSizingPolicy>({
    client,
    type: SIZING_POLICIES,
    trim: ({ metadata, spec }) => ({
      namespace: metadata.namespace ?? '',
      name: metadata.name ?? '',
      spec: SizingPolicySpec.parse(spec),
    }),
    onReplace: (all) => book.replace(all),
    onUpsert: ({ namespace, ...policy }) => book.put(namespace, policy),
    onDelete: ({ namespace, name }) => book.delete(namespace, name),
    onTrouble: (error, retryMilliseconds) => logger.warn({ error, retryMilliseconds }, 'watching SizingPolicies'),
  })
}
