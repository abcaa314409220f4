import type { ContainerKind } from '../policy/index.ts'
import type { Allotment, Nanos } from '../resources/index.ts'
import { max } from './extremes.ts'

/** Request and limit of one resource of a container, and the kind of the container, which says when it runs. */
export interface Part extends Allotment {
  readonly kind: ContainerKind
}

/**
 * Request and limit of one resource of a Pod: the sum of its containers and native sidecars, or that of one init container and the
 * sidecars that start before it, whichever is larger. Undefined if no container has any.
 *
 * Source: KEP-753, "Exposing Pod Resource Requirements"; `AggregateContainerRequests` in k8s.io/component-helpers.
 *
 * @param parts containers in the Pod's order, init containers first
 */
export function podTotal(parts: Iterable<Part>): Allotment {
  return { request: total(parts, 'request'), limit: total(parts, 'limit') }
}

function total(parts: Iterable<Part>, field: keyof Allotment): Nanos | undefined {
  let running: Nanos | undefined
  let starting = 0n
  for (const part of parts) {
    const value = part[field]
    if (value === undefined) continue
    running ??= 0n
    // Only sidecars run beside an init container: the other containers start after it.
    if (part.kind === 'init') starting = max(starting, running + value)
    else running += value
  }
  return running === undefined ? undefined : max(running, starting)
}
