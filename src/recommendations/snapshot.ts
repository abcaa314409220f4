import type { Canary, ContainerRecommendation, Recommendation, Revision } from '../api/index.ts'
import { type Nanos, parseQuantity, RESOURCES, type ResourceName } from '../resources/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'

/** What of a Revision is injected. */
export interface InjectedRevision extends Pick<Revision, 'revision'> {
  /** Or the JSON of them, which is smaller. */
  readonly containers: Revision['containers'] | string
}

/** What of a Recommendation is injected: what a Snapshot takes in. */
export interface InjectedRecommendation {
  readonly metadata: Pick<Recommendation['metadata'], 'namespace'>
  readonly spec: Pick<Recommendation['spec'], 'workload'>
  readonly status?:
    | {
        readonly applied?: InjectedRevision | undefined
        readonly canary?: (Pick<Canary, 'percent'> & { readonly revision: InjectedRevision }) | undefined
      }
    | undefined
}

/** One resource of an applied revision, ready to compute with. */
export interface AppliedResource {
  readonly request: Nanos
  readonly limit?: Nanos | undefined
  /** Codes of what shaped it, if anything did. */
  readonly reasons?: readonly string[]
}

/** The applied revision of one workload, by container name. */
export interface AppliedRecommendation {
  readonly revision: number
  readonly containers: ReadonlyMap<string, Readonly<Partial<Record<ResourceName, AppliedResource>>>>
  /** Codes of why a resource is to stay as its author wrote it. */
  readonly held?: ReadonlyMap<string, Readonly<Partial<Record<ResourceName, string | undefined>>>>
  /** This revision is given to a share of the Pods only, and this Pod is one of them. */
  readonly isCanary?: true
}

/** Whether a Pod is among the share that gets a canary. */
export type Draw = (canary: { readonly revision: number; readonly percent: number }) => boolean

/** There is a recommendation, but no revision of it is applied. */
export const NOT_APPLIED = 'not-applied'

export type Lookup = AppliedRecommendation | typeof NOT_APPLIED | undefined

type Injected = NonNullable<InjectedRecommendation['status']>

/** Values are read when they are first asked for: most are never, and reading them all would hold up a start. */
interface Entry {
  readonly applied: Injected['applied']
  readonly canary: Injected['canary']
  values?: AppliedRecommendation
  canaryValues?: AppliedRecommendation
}

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

  /** @param draw asked only while there is a canary; without it no Pod gets one */
  lookup(workload: Workload, draw: Draw = () => false): Lookup {
    const entry = this.#entries.get(workloadKey(workload))
    if (entry === undefined) return undefined
    const { applied, canary } = entry
    if (canary && draw({ revision: canary.revision.revision, percent: canary.percent })) {
      entry.canaryValues ??= { ...valuesOfRevision(canary.revision), isCanary: true }
      return entry.canaryValues
    }
    if (!applied) return NOT_APPLIED
    entry.values ??= valuesOfRevision(applied)
    return entry.values
  }

  replace(recommendations: Iterable<InjectedRecommendation>): void {
    const entries: Map<string, Entry> = new Map()
    for (const recommendation of recommendations) entries.set(keyOf(recommendation), entryOf(recommendation))
    this.#entries = entries
    this.#synced = true
  }

  put(recommendation: InjectedRecommendation): void {
    this.#entries.set(keyOf(recommendation), entryOf(recommendation))
  }

  delete(recommendation: InjectedRecommendation): void {
    this.#entries.delete(keyOf(recommendation))
  }
}

function keyOf({ metadata: { namespace }, spec: { workload } }: InjectedRecommendation): string {
  return workloadKey({ namespace, ...workload })
}

function entryOf({ status }: InjectedRecommendation): Entry {
  return { applied: status?.applied, canary: status?.canary }
}

function valuesOfRevision({ revision, containers: written }: InjectedRevision): AppliedRecommendation {
  const containers = typeof written === 'string' ? (JSON.parse(written) as Revision['containers']) : written
  const held = containers.flatMap(({ name, held }) => (held ? [[name, held] as const] : []))
  return {
    revision,
    containers: new Map(containers.map((container) => [container.name, valuesOf(container)])),
    ...(held.length > 0 && { held: new Map(held) }),
  }
}

/** A value that cannot be read drops that resource alone. */
function valuesOf(container: ContainerRecommendation): Partial<Record<ResourceName, AppliedResource>> {
  const values: Partial<Record<ResourceName, AppliedResource>> = {}
  for (const resource of RESOURCES) {
    const { request: text, limit, reasons } = container[resource] ?? {}
    const request = parseQuantity(text)
    if (request !== undefined) values[resource] = { request, limit: parseQuantity(limit), ...(reasons && { reasons }) }
  }
  return values
}
