/** Between which namespaces usage of the same application is shared. */
export interface Sharing {
  /** `namespace`: within one. `tenant`: between those with the same value of `tenantLabel`. `cluster`: between all. */
  readonly across: 'namespace' | 'tenant' | 'cluster'
  /** Label of Namespaces that names their tenant. */
  readonly tenantLabel: string
}

/** The tenant of each namespace. It is fed by watches and sends no requests. */
export class Tenants {
  readonly #sharing: Sharing
  readonly #named = new Map<string, string>()

  constructor(sharing: Sharing) {
    this.#sharing = sharing
  }

  /** @param labels of the namespace; undefined if it was deleted or is not followed any more */
  set(namespace: string, labels: Readonly<Record<string, string>> | undefined): void {
    const tenant = labels && Object.hasOwn(labels, this.#sharing.tenantLabel) && labels[this.#sharing.tenantLabel]
    if (tenant) this.#named.set(namespace, tenant)
    else this.#named.delete(namespace)
  }

  /** Key of the tenant of a namespace. A namespace that names none is alone. */
  of(namespace: string): string {
    if (this.#sharing.across === 'cluster') return 'cluster'
    const tenant = this.#sharing.across === 'tenant' ? this.#named.get(namespace) : undefined
    return tenant === undefined ? `namespace/${namespace}` : `tenant/${tenant}`
  }
}
