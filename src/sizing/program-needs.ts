import type { ReasonCode } from '../policy/index.ts'
import { type Allotment, type Nanos, type ResourceName, roundUpToGrain } from '../resources/index.ts'
import { min } from './extremes.ts'
import type { RuntimeNeed } from './runtime.ts'

/** A value, with the reasons that shaped it. */
export interface Shaped<T = Nanos> {
  readonly value: T
  readonly reasons: readonly ReasonCode[]
}

/**
 * Request that a program needs. If its heap follows the request, a lower request would make it use less, so the next one would be
 * lower still.
 */
export function neededRequest(resource: ResourceName, author: Allotment, learned: Nanos, runtime: RuntimeNeed): Shaped {
  const request = roundUpToGrain(resource, learned)
  const least = roundUpToGrain(resource, leastRequest(author, runtime))
  return request >= least ? { value: request, reasons: [] } : { value: least, reasons: ['HeldForHeap'] }
}

/** Smallest request that the program needs. */
export function leastRequest(author: Allotment, { follows }: RuntimeNeed): Nanos {
  return follows === 'request' ? (author.request ?? 0n) : 0n
}

/**
 * Limit that a program needs. It is never below what the program is configured to use, unless the author's limit already is. If the
 * heap follows the limit, no limit is added, and an existing limit changes only if the request exceeds it.
 */
export function neededLimit(
  resource: ResourceName,
  author: Allotment,
  limit: Nanos | undefined,
  request: Nanos,
  runtime: RuntimeNeed,
): Shaped<Nanos | undefined> {
  if (limit === author.limit || limit === undefined) return { value: limit, reasons: [] }
  if (runtime.follows === 'limit' && request <= (author.limit ?? request)) {
    return { value: author.limit, reasons: ['HeldForHeap'] }
  }
  const floor = floorOf(author.limit, runtime)
  if (limit >= floor) return { value: limit, reasons: [] }
  return { value: floor === author.limit ? floor : roundUpToGrain(resource, floor), reasons: ['RaisedToHeap'] }
}

/** Smallest limit that the program needs, but at most the author's: authors may give a program less than it is configured to use. */
export function floorOf(authorsLimit: Nanos | undefined, { floor = 0n }: RuntimeNeed): Nanos {
  return min(authorsLimit ?? floor, floor)
}
