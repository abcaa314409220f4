import { type Nanos, parseQuantity, RESOURCES, type ResourceName } from '../resources/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'
import type { ContainerRecommendation, Recommendation, Revision } from './model.ts'

/** One resource of an applied revision, ready to compute with. */
export interface AppliedResource {
  readonly request: Nanos
  readonly limit?: Nanos | undefined
}

/** The applied revision of one workload, by container name. */
export interface AppliedRecommendation {
  readonly revision: number
  readonly containers: ReadonlyMap<string, Readonly<Partial<Record<ResourceName, AppliedResource>>>>
}

/** There is a recommendation, but no revision of it is applied. */
export const NOT_APPLIED = 'not-applied'

export type Lookup = AppliedRecommendation | typeof NOT_APPLIED | undefined

/** Values are read when they are first asked for: most are never, and reading them all would hold up a start. */
type Entry = { readonly revision: Revision; values?: AppliedRecommendation } | typeof NOT_APPLIED

/**
 * What is applied, in memory: the webhook's only source on the request path. Look-up is O(1) and never waits. A full
 * replacement is built aside and swapped in one assignment, so a reader sees the old set or the new one.
 */
export class Snapshot {
  #entries: Map<string, Entry> = new Map()
  #synced = false

  get size(): number {
    return this.#entries.size
  }

  /** True from the first full set on. */
  get isSynced(): boolean {
    return this.#synced
  }

  lookup(workload: Workload): Lookup {
    const entry = this.#entries.get(workloadKey(workload))
    if (entry === undefined || entry === NOT_APPLIED) return entry
    entry.values ??= valuesOfRevision(entry.revision)
    return entry.values
  }

  replace(recommendations: Iterable<Recommendation>): void {
    const entries: Map<string, Entry> = new Map()
    for (const recommendation of recommendations) entries.set(keyOf(recommendation), entryOf(recommendation))
    this.#entries = entries
    this.#synced = true
  }

  put(recommendation: Recommendation): void {
    this.#entries.set(keyOf(recommendation), entryOf(recommendation))
  }

  delete(recommendation: Recommendation): void {
    this.#entries.delete(keyOf(recommendation))
  }
}

function keyOf({ metadata: { namespace }, spec: { workload } }: Recommendation): string {
  return workloadKey({ namespace, ...workload })
}

function entryOf({ status }: Recommendation): Entry {
  return status?.applied ? { revision: status.applied } : NOT_APPLIED
}

function valuesOfRevision({ revision, containers }: Revision): AppliedRecommendation {
  return { revision, containers: new Map(containers.map((container) => [container.name, valuesOf(container)])) }
}

/** A value that cannot be read drops that resource alone. */
function valuesOf(container: ContainerRecommendation): Partial<Record<ResourceName, AppliedResource>> {
  const values: Partial<Record<ResourceName, AppliedResource>> = {}
  for (const resource of RESOURCES) {
    const request = parseQuantity(container[resource]?.request)
    if (request !== undefined) values[resource] = { request, limit: parseQuantity(container[resource]?.limit) }
  }
  return values
}
