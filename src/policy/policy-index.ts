import { type Effective, effectivePolicy, type Labels, type NamedSizingPolicy } from './resolve.ts'

/** SizingPolicies of all namespaces, in memory. The policy for a Pod is computed when it is needed. */
export class PolicyIndex {
  readonly #cluster: Effective
  #byNamespace = new Map<string, readonly NamedSizingPolicy[]>()

  constructor(cluster: Effective) {
    this.#cluster = cluster
  }

  replace(policies: Iterable<{ readonly namespace: string } & NamedSizingPolicy>): void {
    this.#byNamespace = Map.groupBy(policies, ({ namespace }) => namespace)
  }

  put(namespace: string, policy: NamedSizingPolicy): void {
    this.#byNamespace.set(namespace, [...this.#others(namespace, policy.name), policy])
  }

  delete(namespace: string, name: string): void {
    this.#byNamespace.set(namespace, this.#others(namespace, name))
  }

  #others(namespace: string, name: string): readonly NamedSizingPolicy[] {
    return (this.#byNamespace.get(namespace) ?? []).filter((policy) => policy.name !== name)
  }

  effective(namespace: string, labels: Labels): Effective {
    return effectivePolicy(this.#cluster, this.#byNamespace.get(namespace) ?? [], labels)
  }
}
