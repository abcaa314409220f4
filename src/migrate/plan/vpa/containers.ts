import { isObject, type ResourceName } from '../../../resources/index.ts'
import type { ContainerPolicy } from './object.ts'

const EVERY_CONTAINER = '*'

/** A container, and what its VPA may do to it. */
export interface ControlledContainer {
  readonly name: string
  readonly policy: Partial<ContainerPolicy>
}

/** Containers of a Pod template with the policy that applies to each; also containers that only a policy names. */
export function containersOf(
  names: readonly string[],
  policies: readonly ContainerPolicy[],
): readonly ControlledContainer[] {
  const named = new Map(
    policies.flatMap((policy) =>
      policy.containerName === '' || policy.containerName === EVERY_CONTAINER
        ? []
        : [[policy.containerName, policy] as const],
    ),
  )
  const rest = policies.find(({ containerName }) => containerName === EVERY_CONTAINER) ?? {}
  return [...new Set([...names, ...named.keys()])].map((name) => ({ name, policy: named.get(name) ?? rest }))
}

/** Whether the VPA sizes a container. */
export function isSized({ policy }: ControlledContainer): boolean {
  return policy.mode !== 'Off'
}

/** Whether the VPA sizes a resource of a container. */
export function controls({ policy }: ControlledContainer, resource: ResourceName): boolean {
  return policy.controlledResources?.includes(resource) ?? true
}

/** Fields of a policy that tune VPA's recommender, by name. */
export function tuned({ policy }: ControlledContainer): readonly string[] {
  return Object.entries(policy).flatMap(([name, value]) =>
    /^oom|^memoryAggregation/.test(name) && value !== undefined && value !== null && !isObject(value) ? [name] : [],
  )
}
