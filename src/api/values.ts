import { formatQuantity, type Nanos, parseQuantity, RESOURCES, type ResourceName } from '../resources/index.ts'
import type { ContainerRecommendation, Evidence, ResourceRecommendation } from './recommendation.ts'

/** What one resource of one container should have, in nano-units: 10⁻⁹ cores or 10⁻⁹ bytes. */
export interface ResourceValues {
  readonly request: Nanos
  /** The limit that this resource should have if it has one. */
  readonly limit?: Nanos | undefined
  /** 0..1; undefined where nobody knows. */
  readonly confidence?: number | undefined
  /** Reason codes of what shaped the values besides usage. */
  readonly reasons?: readonly string[] | undefined
}

/** The values of one container. A resource that is missing has none. */
export interface ContainerValues {
  readonly cpu?: ResourceValues | undefined
  readonly memory?: ResourceValues | undefined
  /** Reason codes of why a resource keeps its author's values. */
  readonly held?: Readonly<Partial<Record<ResourceName, string | undefined>>> | undefined
  readonly evidence?: Evidence | undefined
}

/** The values of a revision by container name. Code computes with these; quantities as text exist only in the API. */
export type Values = ReadonlyMap<string, ContainerValues>

export const NO_VALUES: Values = new Map()

/** Reads the containers of a revision or an approval. A quantity that cannot be read drops its resource alone. */
export function readValues(containers: readonly ContainerRecommendation[] = []): Values {
  return new Map(
    containers.map(({ name, held, evidence, ...resources }) => [
      name,
      { ...eachResource((resource) => readResource(resources[resource])), ...present({ held, evidence }) },
    ]),
  )
}

/** The containers as the API has them, with quantities in canonical form, in the order of `values`. */
export function writeValues(values: Values): ContainerRecommendation[] {
  return [...values].map(([name, { held, evidence, ...resources }]) => ({
    name,
    ...eachResource((resource) => writeResource(resource, resources[resource])),
    ...present({ held, evidence }),
  })) as ContainerRecommendation[]
}

/** The same values without what no Pod needs: evidence is stored once, with what was learned. */
export function withoutEvidence(values: Values): Values {
  return new Map([...values].map(([name, { evidence: _, ...container }]) => [name, container]))
}

function readResource(target: ResourceRecommendation | undefined): ResourceValues | undefined {
  const request = parseQuantity(target?.request)
  if (request === undefined) return undefined
  const { confidence, reasons } = target!
  return { request, ...present({ limit: parseQuantity(target!.limit), confidence, reasons }) }
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

/** The fields that have a value. */
function present<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}
