import type { ReasonCode } from '../policy/index.ts'
import { type Allotment, type Nanos, type ResourceName, roundUpToGrain } from '../resources/index.ts'
import { min } from './extremes.ts'
import type { RuntimeNeed } from './runtime.ts'

/** A value on its way to a Pod, with what shaped it. */
export interface Shaped<T = Nanos> {
  readonly value: T
  readonly reasons: readonly ReasonCode[]
}

/** Where the heap follows the request, less would make the program use less, and so on down. */
export function neededRequest(resource: ResourceName, author: Allotment, learned: Nanos, runtime: RuntimeNeed): Shaped {
  const request = roundUpToGrain(resource, learned)
  const least = roundUpToGrain(resource, leastRequest(author, runtime))
  return request >= least ? { value: request, reasons: [] } : { value: least, reasons: ['HeldForHeap'] }
}

/** What a request must be at least for the sake of the program. */
export function leastRequest(author: Allotment, { follows }: RuntimeNeed): Nanos {
  return follows === 'request' ? (author.request ?? 0n) : 0n
}

/**
 * A limit never falls under what the program is told to use, but for what its author gave it anyway. Where the heap
 * follows the limit there is no new limit, and a present one moves only for a request that has outgrown it.
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

/** Never more than the author's own limit: it is for its author to say that the program may have less than it is told to use. */
export function floorOf(authorsLimit: Nanos | undefined, { floor = 0n }: RuntimeNeed): Nanos {
  return min(authorsLimit ?? floor, floor)
}
