import type { Canary, ContainerRecommendation, Recommendation, Revision, StartupStatus } from '../api/index.ts'
import { parseJson } from '../parsing/index.ts'
import { isObject, type Nanos, parseQuantity, RESOURCES, type ResourceName } from '../resources/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'
import { readStartup, type StartupRoom } from './startup-room.ts'

/** The part of a Revision that is injected. */
export interface InjectedRevision extends Pick<Revision, 'revision'> {
  /** Containers of the revision, or their JSON, which takes less memory. */
  readonly containers: Revision['containers'] | string
}

/** The part of a Recommendation that is injected, as passed to a Snapshot. */
export interface InjectedRecommendation {
  readonly metadata: Pick<Recommendation['metadata'], 'namespace'>
  readonly spec: Pick<Recommendation['spec'], 'workload'>
  readonly status?:
    | {
        readonly applied?: InjectedRevision | undefined
        readonly canary?: (Pick<Canary, 'percent'> & { readonly revision: InjectedRevision }) | undefined
        /** Startup of the containers, or its JSON. */
        readonly startup?: StartupStatus | string | undefined
      }
    | undefined
}

/** Values of one resource of an applied revision, parsed for computation. */
export interface AppliedResource {
  readonly request: Nanos
  readonly limit?: Nanos | undefined
  /** Reason codes of what changed the learned value; undefined if nothing did. */
  readonly reasons?: readonly string[]
}

/** The applied revision of one workload, by container name. */
export interface AppliedRecommendation {
  readonly revision: number
  readonly containers: ReadonlyMap<string, Readonly<Partial<Record<ResourceName, AppliedResource>>>>
  /** Reason codes by container and resource, for resources that keep their author's values. */
  readonly held?: ReadonlyMap<string, Readonly<Partial<Record<ResourceName, string | undefined>>>>
  /** How much more the Pod may get while it starts; undefined if nothing. */
  readonly startup?: StartupRoom | undefined
  /** Set if this revision is a canary, given to a share of the Pods only, and this Pod is one of them. */
  readonly isCanary?: true
}

/** Whether a Pod is among the share that gets a canary. */
export type Draw = (canary: { readonly revision: number; readonly percent: number }) => boolean

/** Result of a lookup when there is a Recommendation, but none of its revisions is applied. */
export const NOT_APPLIED = 'not-applied'

export type Lookup = AppliedRecommendation | typeof NOT_APPLIED | undefined

type Injected = NonNullable<InjectedRecommendation['status']>

/**
 * An entry whose values are parsed when they are first needed: most are never needed, and parsing all of them would slow down the
 * start.
 */
interface Entry {
  readonly applied: Injected['applied']
  readonly canary: Injected['canary']
  readonly startup: Injected['startup']
  values?: AppliedRecommendation
  canaryValues?: AppliedRecommendation
}

/**
 * The applied values in memory: the webhook's only source on the request path. A lookup is O(1) and never waits. A full replacement is
 * built separately and swapped in with one assignment, so readers see either the old set or the new one.
 */
export class Snapshot {
  #entries: Map<string, Entry> = new Map()
  #synced = false

  get size(): number {
    return this.#entries.size
  }

  /** Whether the snapshot has received a full set. */
  get isSynced(): boolean {
    return this.#synced
  }

  /** @param draw called only while there is a canary; without it no Pod gets a canary */
  lookup(workload: Workload, draw: Draw = () => false): Lookup {
    const entry = this.#entries.get(workloadKey(workload))
    if (entry === undefined) return undefined
    const { applied, canary, startup } = entry
    if (canary && draw({ revision: canary.revision.revision, percent: canary.percent })) {
      entry.canaryValues ??= { ...readApplied(canary.revision), ...readStartup(startup), isCanary: true }
      return entry.canaryValues
    }
    if (!applied) return NOT_APPLIED
    entry.values ??= { ...readApplied(applied), ...readStartup(startup) }
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
  return { applied: status?.applied, canary: status?.canary, startup: status?.startup }
}

/** Parses the values of a revision. */
export function readApplied({ revision, containers: written }: InjectedRevision): AppliedRecommendation {
  const containers = readContainers(written)
  const held = containers.flatMap(({ name, held }) => (isObject(held) ? [[name, held] as const] : []))
  return {
    revision,
    containers: new Map(containers.map((container) => [container.name, valuesOf(container)])),
    ...(held.length > 0 && { held: new Map(held) }),
  }
}

/** Another version may have written the containers: parts that cannot be read, or have unexpected types, are left out. */
function readContainers(written: InjectedRevision['containers']): Revision['containers'] {
  let listed: unknown = written
  try {
    if (typeof written === 'string') listed = parseJson(written)
  } catch {
    return []
  }
  return Array.isArray(listed) ? (listed.filter(isObject) as Revision['containers']) : []
}

/** Parses the values of a container; a request that cannot be read drops only its resource. */
function valuesOf(container: ContainerRecommendation): Partial<Record<ResourceName, AppliedResource>> {
  const values: Partial<Record<ResourceName, AppliedResource>> = {}
  for (const resource of RESOURCES) {
    const { request: text, limit, reasons } = container[resource] ?? {}
    const request = parseQuantity(text)
    if (request !== undefined)
      values[resource] = { request, limit: parseQuantity(limit), ...(Array.isArray(reasons) && { reasons }) }
  }
  return values
}
