import type { ContainerKind } from '../policy/index.ts'
import type { Allotment, Nanos } from '../resources/index.ts'
import { max } from './extremes.ts'

/** Where a container stands when a Pod starts, and what it asks for of one resource. */
export interface Part extends Allotment {
  readonly kind: ContainerKind
}

/**
 * What a Pod asks for of one resource: its containers and native sidecars together, or an init container with the
 * sidecars that start before it, whichever is more. Undefined where no container has any.
 *
 * Source: KEP-753, "Exposing Pod Resource Requirements"; `AggregateContainerRequests` in k8s.io/component-helpers.
 *
 * @param parts in the Pod's own order, init containers first
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
    // Beside an init container only sidecars run so far: the other containers come after it.
    if (part.kind === 'init') starting = max(starting, running + value)
    else running += value
  }
  return running === undefined ? undefined : max(running, starting)
}
