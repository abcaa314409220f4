import { byPrecedence, type Effective, type Labels, type NamedSizingPolicy, narrowedBy, selectsPod } from './resolve.ts'

/**
 * SizingPolicies of all namespaces, in memory. The settings for a Pod are computed when they are first needed. Until a policy of the
 * namespace changes, Pods that are selected by the same policies get the same object, so callers can compare by identity.
 */
export class PolicyIndex {
  readonly #cluster: Effective
  #byNamespace = new Map<string, PoliciesOfNamespace>()

  constructor(cluster: Effective) {
    this.#cluster = cluster
  }

  replace(policies: Iterable<{ readonly namespace: string } & NamedSizingPolicy>): void {
    this.#byNamespace = new Map()
    for (const policy of policies) this.put(policy.namespace, policy)
  }

  put(namespace: string, policy: NamedSizingPolicy): void {
    const policies = this.#byNamespace.get(namespace) ?? new PoliciesOfNamespace()
    policies.put(policy)
    this.#byNamespace.set(namespace, policies)
  }

  delete(namespace: string, name: string): void {
    const policies = this.#byNamespace.get(namespace)
    if (policies?.delete(name) && policies.isEmpty) this.#byNamespace.delete(namespace)
  }

  effective(namespace: string, labels: Labels): Effective {
    return this.#byNamespace.get(namespace)?.effective(this.#cluster, labels) ?? this.#cluster
  }
}

/** Most results that are kept for a namespace. The creator of a Pod chooses its labels, and thereby which policies select it. */
const MOST_RESULTS = 32

class PoliciesOfNamespace {
  readonly #named = new Map<string, NamedSizingPolicy>()
  /** In order of precedence; undefined since the last change. */
  #ordered: readonly NamedSizingPolicy[] | undefined
  /** Results by the indexes in `#ordered` of the policies that select a Pod. */
  readonly #results = new Map<string, Effective>()

  get isEmpty(): boolean {
    return this.#named.size === 0
  }

  put(policy: NamedSizingPolicy): void {
    this.#named.set(policy.name, policy)
    this.#forget()
  }

  /** @returns whether there was a policy of this name */
  delete(name: string): boolean {
    this.#forget()
    return this.#named.delete(name)
  }

  effective(cluster: Effective, labels: Labels): Effective {
    this.#ordered ??= [...this.#named.values()].sort(byPrecedence)
    const selected: NamedSizingPolicy[] = []
    let places = ''
    for (const [place, policy] of this.#ordered.entries()) {
      if (!selectsPod(policy, labels)) continue
      selected.push(policy)
      places += `${place},`
    }
    const known = this.#results.get(places)
    if (known) return known
    const result = narrowedBy(cluster, selected)
    if (this.#results.size >= MOST_RESULTS) this.#results.clear()
    this.#results.set(places, result)
    return result
  }

  #forget(): void {
    this.#ordered = undefined
    this.#results.clear()
  }
}
