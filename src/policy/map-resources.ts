import type { ContainerValues, ResourceValues, Values } from '../api/index.ts'
import { RESOURCES, type ResourceName } from '../resources/index.ts'

/**
 * Replaces each resource of the values with the result of `change`; undefined removes it.
 *
 * @returns `values` itself if nothing changes, otherwise a map that shares the unchanged containers
 */
export function mapResources(
  values: Values,
  change: (value: ResourceValues, resource: ResourceName, container: string) => ResourceValues | undefined,
): Values {
  let result: Map<string, ContainerValues> | undefined
  for (const [name, container] of values) {
    const changed = mapContainer(container, name, change)
    if (changed === container) continue
    result ??= new Map(values)
    result.set(name, changed)
  }
  return result ?? values
}

function mapContainer(
  container: ContainerValues,
  name: string,
  change: Parameters<typeof mapResources>[1],
): ContainerValues {
  let result: { -readonly [field in keyof ContainerValues]: ContainerValues[field] } | undefined
  for (const resource of RESOURCES) {
    const value = container[resource]
    if (!value) continue
    const changed = change(value, resource, name)
    if (changed === value) continue
    result ??= { ...container }
    if (changed) result[resource] = changed
    else delete result[resource]
  }
  return result ?? container
}
