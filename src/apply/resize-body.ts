import { formatQuantity, readable, readResources } from '../resources/index.ts'
import type { Change } from './wanted.ts'

interface ContainerPatch {
  readonly name: string
  readonly resources: Readonly<Record<'requests' | 'limits', Record<string, string>>>
}

/** The `spec` of a strategic merge patch for `pods/resize`: only what changes. */
export interface ResizeBody {
  readonly containers?: readonly ContainerPatch[]
  readonly initContainers?: readonly ContainerPatch[]
}

/** The patch that gives a Pod the values of these changes. Where the Pod has a value, the changes have one too. */
export function bodyOf(changes: readonly Change[]): ResizeBody {
  const lists: Record<'containers' | 'initContainers', Map<string, ContainerPatch>> = {
    containers: new Map(),
    initContainers: new Map(),
  }
  for (const { slot, resource, to } of changes) {
    // The Pod may have a boost now, which differs from the start of the change.
    const from = readable(readResources(slot.container.resources)[resource])
    const patch = lists[slot.list].get(slot.name) ?? { name: slot.name, resources: { requests: {}, limits: {} } }
    lists[slot.list].set(slot.name, patch)
    const { requests, limits } = patch.resources
    if (to.request !== undefined && to.request !== from.request)
      requests[resource] = formatQuantity(resource, to.request)
    if (to.limit !== undefined && to.limit !== from.limit) limits[resource] = formatQuantity(resource, to.limit)
  }
  return {
    ...(lists.containers.size > 0 && { containers: [...lists.containers.values()] }),
    ...(lists.initContainers.size > 0 && { initContainers: [...lists.initContainers.values()] }),
  }
}
