import type { PodContainer } from '../policy/index.ts'
import type { Nanos, ResourceName } from '../resources/index.ts'
import { max } from './extremes.ts'
import { readHeap } from './heap.ts'

/** What a program is told to use, of one resource. */
export interface RuntimeNeed {
  /** It is told to use up to this much. */
  readonly floor?: Nanos | undefined
  /** It takes a share of what it is given here, so that giving less makes it use less, and so on. */
  readonly follows?: 'request' | 'limit' | undefined
}

export type RuntimeNeeds = Readonly<Record<ResourceName, RuntimeNeed>>

const UNIT = 1_000_000_000n
const MEBIBYTE = 2n ** 20n

/**
 * What runs beside the heap: metaspace, compiled code, stacks, buffers. The JVM's and Node's guides leave a fifth to a quarter
 * of a container to it.
 */
const BESIDE_HEAP_DIVISOR = 4n
const LEAST_BESIDE_HEAP_BYTES = 64n * MEBIBYTE
/** GOMEMLIMIT counts all that Go's runtime manages; its guide leaves 5 to 10 % to the rest. */
const BESIDE_GO_DIVISOR = 10n

/**
 * What follows from command, arguments and environment. What cannot be seen, such as an image's entrypoint, is not known.
 *
 * @returns undefined where they are too long to be read
 */
export function readRuntime(container: PodContainer): RuntimeNeeds | undefined {
  const heap = readHeap(container)
  if (!heap) return undefined
  const { heapBytes, goBytes, goThreads, follows } = heap
  const floors = [
    ...(heapBytes === undefined ? [] : [heapBytes + max(heapBytes / BESIDE_HEAP_DIVISOR, LEAST_BESIDE_HEAP_BYTES)]),
    ...(goBytes === undefined ? [] : [goBytes + goBytes / BESIDE_GO_DIVISOR]),
  ]
  return {
    cpu: { floor: goThreads && goThreads * UNIT },
    memory: { floor: floors.length === 0 ? undefined : floors.reduce(max) * UNIT, follows },
  }
}
