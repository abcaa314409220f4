import { type Effective, effectivePolicy, type Labels, type NamedSizingPolicy } from './resolve.ts'

/** The SizingPolicies of all namespaces, in memory; what holds for a Pod is worked out when it is asked for. */
export class PolicyIndex {
  readonly #cluster: Effective
  #byNamespace = new Map<string, readonly NamedSizingPolicy[]>()

  constructor(cluster: Effective) {
    this.#cluster = cluster
  }

  replace(policies: Iterable<{ readonly namespace: string } & NamedSizingPolicy>): void {
    const byNamespace = new Map<string, NamedSizingPolicy[]>()
    for (const { namespace, name, spec } of policies) {
      const its = byNamespace.get(namespace) ?? []
      its.push({ name, spec })
      byNamespace.set(namespace, its)
    }
    this.#byNamespace = byNamespace
  }

  put(namespace: string, policy: NamedSizingPolicy): void {
    this.delete(namespace, policy.name)
    this.#byNamespace.set(namespace, [...(this.#byNamespace.get(namespace) ?? []), policy])
  }

  delete(namespace: string, name: string): void {
    const left = (this.#byNamespace.get(namespace) ?? []).filter((policy) => policy.name !== name)
    this.#byNamespace.set(namespace, left)
  }

  effective(namespace: string, labels: Labels): Effective {
    return effectivePolicy(this.#cluster, this.#byNamespace.get(namespace) ?? [], labels)
  }
}
