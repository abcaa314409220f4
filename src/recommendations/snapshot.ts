import {
  type Canary,
  type ContainerRecommendation,
  containersOnNode,
  type Recommendation,
  type Revision,
  type StartupStatus,
} from '../api/index.ts'
import { parseJson } from '../parsing/index.ts'
import { isObject, type Nanos, parseQuantity, RESOURCES, type ResourceName } from '../resources/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'
import { readStartup, type StartupRoom } from './startup-room.ts'
import { classesThatMatter, type Variants, variantOf } from './variants.ts'

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
  /** Classes of nodes for which a container has other values, in these or in others of the revision; missing if there are none. */
  readonly nodeClasses?: ReadonlySet<string>
  /** The classes of the node that these values are for, as text; missing for those of a node of no class. */
  readonly onNodes?: string
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
  values?: Variants<AppliedRecommendation>
  canaryValues?: Variants<AppliedRecommendation>
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

  /**
   * @param draw called only while there is a canary; without it no Pod gets a canary
   * @param classes classes of the Pod's node; none if it is not known
   */
  lookup(workload: Workload, draw: Draw = () => false, classes: readonly string[] = NO_CLASSES): Lookup {
    const entry = this.#entries.get(workloadKey(workload))
    if (entry === undefined) return undefined
    const { applied, canary, startup } = entry
    if (canary && draw({ revision: canary.revision.revision, percent: canary.percent })) {
      const read = () => ({
        ...readApplied(canary.revision, classes),
        ...readStartup(startup),
        isCanary: true as const,
      })
      entry.canaryValues ??= new Map()
      return variantOf(entry.canaryValues, classes, read)
    }
    if (!applied) return NOT_APPLIED
    entry.values ??= new Map()
    return variantOf(entry.values, classes, () => ({ ...readApplied(applied, classes), ...readStartup(startup) }))
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

const NO_CLASSES: readonly string[] = []

/**
 * Parses the values of a revision.
 *
 * @param classes classes of the node that they are for
 */
export function readApplied(
  { revision, containers: written }: InjectedRevision,
  classes: readonly string[] = NO_CLASSES,
): AppliedRecommendation {
  const all = readContainers(written)
  const nodeClasses = new Set(all.flatMap(({ nodeClasses }) => nodeClasses?.map(({ nodes }) => nodes) ?? []))
  const onNodes = classesThatMatter(nodeClasses, classes)
  const containers = containersOnNode(all, classes)
  const held = containers.flatMap(({ name, held }) => (isObject(held) ? [[name, held] as const] : []))
  return {
    revision,
    containers: new Map(containers.map((container) => [container.name, valuesOf(container)])),
    ...(held.length > 0 && { held: new Map(held) }),
    ...(nodeClasses.size > 0 && { nodeClasses }),
    ...(onNodes !== '' && { onNodes }),
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
  if (!Array.isArray(listed)) return []
  return (listed.filter(isObject) as Revision['containers']).map((container) => {
    const { nodeClasses, ...own } = container
    return Array.isArray(nodeClasses) ? { ...own, nodeClasses: nodeClasses.filter(isObject) } : own
  })
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
