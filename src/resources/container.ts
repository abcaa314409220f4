import { type Nanos, parseQuantity, type ResourceName } from './quantity.ts'

export const RESOURCES = ['cpu', 'memory'] as const satisfies readonly ResourceName[]

/** Request and limit of one resource of one container; undefined if it has none. */
export interface Allotment {
  readonly request?: Nanos | undefined
  readonly limit?: Nanos | undefined
}

/**
 * Requests and limits of one container. A resource is `invalid` if a quantity is malformed or negative, or the request is above
 * the limit.
 */
/** Whether requests and limits are equal. */
export function isSameAllotment(a: Allotment, b: Allotment): boolean {
  return a.request === b.request && a.limit === b.limit
}

export type ContainerResources = { readonly [resource in ResourceName]: Allotment | 'invalid' }

/** An allotment as far as it can be used: an invalid one counts as empty. The API server refuses such a Pod anyway. */
export function readable(values: Allotment | 'invalid'): Allotment {
  return values === 'invalid' ? {} : values
}

/** The `resources` of a container, as in a manifest or an AdmissionReview. */
export interface ResourceRequirements {
  readonly requests?: Readonly<Record<string, unknown>> | null
  readonly limits?: Readonly<Record<string, unknown>> | null
}

/**
 * Reads CPU and memory. A missing request becomes the limit, as in the API server's defaulting.
 *
 * Source: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#requests-and-limits
 */
export function readResources(resources: ResourceRequirements | null | undefined): ContainerResources {
  return { cpu: readAllotment(resources, 'cpu'), memory: readAllotment(resources, 'memory') }
}

function readAllotment(
  resources: ResourceRequirements | null | undefined,
  resource: ResourceName,
): Allotment | 'invalid' {
  const limit = readQuantity(resources?.limits?.[resource])
  const request = readQuantity(resources?.requests?.[resource])
  if (limit === 'invalid' || request === 'invalid') return 'invalid'
  const effective = request ?? limit
  if (effective !== undefined && limit !== undefined && effective > limit) return 'invalid'
  return { request: effective, limit }
}

function readQuantity(value: unknown): Nanos | undefined | 'invalid' {
  if (value === undefined || value === null) return undefined
  const nanos = parseQuantity(value)
  return nanos === undefined || nanos < 0n ? 'invalid' : nanos
}
