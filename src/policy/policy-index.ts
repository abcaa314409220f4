import { type Effective, effectivePolicy, type Labels, type NamedSizingPolicy } from './resolve.ts'

/** SizingPolicies of all namespaces, in memory. The policy for a Pod is computed when it is needed. */
export class PolicyIndex {
  readonly #cluster: Effective
  #byNamespace = new Map<string, Map<string, NamedSizingPolicy>>()

  constructor(cluster: Effective) {
    this.#cluster = cluster
  }

  replace(policies: Iterable<{ readonly namespace: string } & NamedSizingPolicy>): void {
    this.#byNamespace = new Map()
    for (const policy of policies) this.put(policy.namespace, policy)
  }

  put(namespace: string, policy: NamedSizingPolicy): void {
    const named = this.#byNamespace.get(namespace) ?? new Map<string, NamedSizingPolicy>()
    this.#byNamespace.set(namespace, named.set(policy.name, policy))
  }

  delete(namespace: string, name: string): void {
    const named = this.#byNamespace.get(namespace)
    if (named?.delete(name) && named.size === 0) this.#byNamespace.delete(namespace)
  }

  effective(namespace: string, labels: Labels): Effective {
    return effectivePolicy(this.#cluster, [...(this.#byNamespace.get(namespace)?.values() ?? [])], labels)
  }
}
