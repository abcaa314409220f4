import type { ContainerValues, ResourceValues, Values } from '../api/index.ts'
import { RESOURCES, type ResourceName } from '../resources/index.ts'

/** Replaces each resource of the values by the result of `change`; undefined removes it. */
export function mapResources(
  values: Values,
  change: (value: ResourceValues, resource: ResourceName, container: string) => ResourceValues | undefined,
): Values {
  return new Map(
    [...values].map(([name, container]) => [name, mapContainer(container, (...at) => change(...at, name))]),
  )
}

function mapContainer(
  container: ContainerValues,
  change: (value: ResourceValues, resource: ResourceName) => ResourceValues | undefined,
): ContainerValues {
  const result: { -readonly [field in keyof ContainerValues]: ContainerValues[field] } = { ...container }
  for (const resource of RESOURCES) {
    const value = container[resource]
    if (!value) continue
    const changed = change(value, resource)
    if (changed) result[resource] = changed
    else delete result[resource]
  }
  return result
}
