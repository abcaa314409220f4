import { formatQuantity, type Nanos, parseQuantity, RESOURCES, type ResourceName } from '../resources/index.ts'
import { readVariantKey, variantKey } from './node-classes.ts'
import type { ContainerRecommendation, Evidence, ResourceRecommendation } from './recommendation.ts'

/** Values of one resource of one container, in nano-units: 10⁻⁹ cores or 10⁻⁹ bytes. */
export interface ResourceValues {
  readonly request: Nanos
  /** The limit that this resource should have if it has one. */
  readonly limit?: Nanos | undefined
  /** Confidence, 0..1; undefined if unknown. */
  readonly confidence?: number | undefined
  /** Codes of the reasons that shaped the values besides usage. */
  readonly reasons?: readonly string[] | undefined
}

/** Values of one container. A resource without values is missing. */
export interface ContainerValues {
  readonly cpu?: ResourceValues | undefined
  readonly memory?: ResourceValues | undefined
  /** Code of the reason why a resource keeps its author's values. */
  readonly held?: Readonly<Partial<Record<ResourceName, string | undefined>>> | undefined
  readonly evidence?: Evidence | undefined
}

/**
 * Values of a revision, by container name; those for a class of nodes have a separate key (`variantKey`), so that code that computes with
 * values treats them as another container. Code computes with these; quantities as text exist only in the API.
 */
export type Values = ReadonlyMap<string, ContainerValues>

type Mutable<T> = { -readonly [field in keyof T]: T[field] }

export const NO_VALUES: Values = new Map()

/** How many lists of containers are remembered with their values: more than one reconciliation reads. */
const REMEMBERED = 16
const remembered: { containers: readonly ContainerRecommendation[]; values: Values }[] = []

/**
 * Reads the containers of a revision or an approval. A quantity that cannot be read drops only its resource. One reconciliation
 * reads the same lists several times, and lists are never changed, so the values of the last few are remembered.
 */
export function readValues(containers?: readonly ContainerRecommendation[]): Values {
  if (!containers || containers.length === 0) return NO_VALUES
  const known = remembered.find((one) => one.containers === containers)
  if (known) return known.values
  const values = new Map(
    containers.flatMap(({ name, nodeClasses = [], ...container }) => [
      [name, readContainer(container)] as const,
      ...nodeClasses.map(({ nodes, ...variant }) => [variantKey(name, nodes), readContainer(variant)] as const),
    ]),
  )
  if (remembered.length === REMEMBERED) remembered.shift()
  remembered.push({ containers, values })
  return values
}

function readContainer({
  held,
  evidence,
  ...resources
}: Omit<ContainerRecommendation, 'name' | 'nodeClasses'>): ContainerValues {
  const values = eachResource((resource) => readResource(resources[resource])) as Mutable<ContainerValues>
  if (held !== undefined) values.held = held
  if (evidence !== undefined) values.evidence = evidence
  return values
}

/** Containers as the API has them, with quantities in canonical form, in the order of `values`. */
export function writeValues(values: Values): ContainerRecommendation[] {
  const written = new Map<string, ContainerRecommendation>()
  for (const [key, container] of values) {
    const { container: name, nodes } = readVariantKey(key)
    const before = written.get(name)
    if (nodes === undefined) written.set(name, { name, ...writeContainer(container), ...before })
    else {
      const nodeClasses = [...(before?.nodeClasses ?? []), { nodes, ...writeContainer(container) }]
      written.set(name, { name, ...before, nodeClasses })
    }
  }
  return [...written.values()]
}

function writeContainer({ held, evidence, ...resources }: ContainerValues) {
  return {
    ...eachResource((resource) => writeResource(resource, resources[resource])),
    ...present({ held, evidence }),
  } as Omit<ContainerRecommendation, 'name' | 'nodeClasses'>
}

/** The same values without evidence, which no Pod needs: it is stored only once, with the learned revision. */
export function withoutEvidence(values: Values): Values {
  return new Map([...values].map(([name, { evidence: _, ...container }]) => [name, container]))
}

function readResource(target: ResourceRecommendation | undefined): ResourceValues | undefined {
  const request = parseQuantity(target?.request)
  if (request === undefined) return undefined
  const { confidence, reasons } = target!
  const limit = parseQuantity(target!.limit)
  const values: Mutable<ResourceValues> = { request }
  if (limit !== undefined) values.limit = limit
  if (confidence !== undefined) values.confidence = confidence
  if (reasons !== undefined) values.reasons = reasons
  return values
}

function writeResource(resource: ResourceName, values: ResourceValues | undefined) {
  if (!values) return undefined
  const { request, limit, confidence, reasons } = values
  return {
    request: formatQuantity(resource, request),
    ...(limit !== undefined && { limit: formatQuantity(resource, limit) }),
    ...present({ confidence, reasons }),
  }
}

function eachResource<T>(of: (resource: ResourceName) => T | undefined): Partial<Record<ResourceName, T>> {
  const result: Partial<Record<ResourceName, T>> = {}
  for (const resource of RESOURCES) {
    const value = of(resource)
    if (value !== undefined) result[resource] = value
  }
  return result
}

/** The fields that are not undefined. */
function present<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}
