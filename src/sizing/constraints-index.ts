import type { AdmissionConstraints } from './admission-constraints.ts'
import { type LimitRules, mergeLimitRules, NO_LIMIT_RULES } from './limit-range.ts'
import type { Quota } from './quota.ts'

/** A value with the namespace and the name of its object. */
export interface Placed<T> {
  readonly namespace: string
  readonly name: string
  readonly value: T
}

const NO_QUOTAS: readonly Quota[] = []

/**
 * LimitRanges and ResourceQuotas of all namespaces, in memory. Those of a namespace are merged when they are first read after a change.
 * Until the next change, the same objects are returned, so callers can compare by identity.
 */
export class ConstraintsIndex {
  readonly limitRanges = new ByNamespace<LimitRules, LimitRules>((all) => mergeLimitRules(all))
  readonly quotas = new ByNamespace<Quota, readonly Quota[]>((all) => [...all])

  of(namespace: string): Pick<AdmissionConstraints, 'limits' | 'quotas'> {
    return { limits: this.limitRanges.of(namespace) ?? NO_LIMIT_RULES, quotas: this.quotas.of(namespace) ?? NO_QUOTAS }
  }
}

class ByNamespace<T, Merged> {
  readonly #merge: (all: Iterable<T>) => Merged
  #named = new Map<string, Map<string, T>>()
  /** By namespace; without those that have changed since they were last read. */
  readonly #merged = new Map<string, Merged>()

  constructor(merge: (all: Iterable<T>) => Merged) {
    this.#merge = merge
  }

  of(namespace: string): Merged | undefined {
    const known = this.#merged.get(namespace)
    const values = this.#named.get(namespace)
    if (known !== undefined || !values) return known
    const merged = this.#merge(values.values())
    this.#merged.set(namespace, merged)
    return merged
  }

  replace(all: Iterable<Placed<T>>): void {
    const named = new Map<string, Map<string, T>>()
    for (const { namespace, name, value } of all) {
      named.set(namespace, (named.get(namespace) ?? new Map()).set(name, value))
    }
    this.#named = named
    this.#merged.clear()
  }

  put({ namespace, name, value }: Placed<T>): void {
    const values = this.#named.get(namespace) ?? new Map<string, T>()
    this.#named.set(namespace, values.set(name, value))
    this.#merged.delete(namespace)
  }

  delete({ namespace, name }: Pick<Placed<T>, 'namespace' | 'name'>): void {
    const values = this.#named.get(namespace)
    if (!values?.delete(name)) return
    if (values.size === 0) this.#named.delete(namespace)
    this.#merged.delete(namespace)
  }
}
