import { SIZING_POLICIES, SizingPolicySpec, type SizingPolicyStatus } from '../api/index.ts'
import { type KubeObject, Reflector } from '../kube/index.ts'
import type { NamedSizingPolicy, PolicyIndex } from '../policy/index.ts'
import type { InformerContext } from './context.ts'

/** A SizingPolicy in the cluster. */
export interface ClusterSizingPolicy extends NamedSizingPolicy {
  readonly namespace: string
  readonly generation: number
  readonly status: SizingPolicyStatus
}

/** Creates a reflector that keeps the index of SizingPolicies in sync with the cluster. */
export function policyReflector(
  { client, logger, time }: InformerContext,
  index: PolicyIndex,
  onSeen: (policy: ClusterSizingPolicy) => void = () => {},
) {
  return new Reflector<KubeObject & { spec?: unknown; status?: SizingPolicyStatus }, ClusterSizingPolicy>({
    client,
    type: SIZING_POLICIES,
    time,
    trim: ({ metadata, spec, status }) => ({
      namespace: metadata.namespace ?? '',
      name: metadata.name ?? '',
      generation: Number(metadata.generation ?? 0),
      spec: SizingPolicySpec.parse(spec),
      status: status ?? {},
    }),
    onReplace: (all) => {
      index.replace(all)
      for (const policy of all) onSeen(policy)
    },
    onUpsert: (policy) => {
      index.put(policy.namespace, policy)
      onSeen(policy)
    },
    onDelete: ({ namespace, name }) => index.delete(namespace, name),
    onTrouble: (error, retryMilliseconds) => logger.warn({ error, retryMilliseconds }, 'watching SizingPolicies'),
  })
}
