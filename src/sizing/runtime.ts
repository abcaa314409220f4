import type { PodContainer } from '../policy/index.ts'
import type { Nanos, ResourceName } from '../resources/index.ts'
import { max } from './extremes.ts'
import { readHeap } from './heap.ts'

/** How much of one resource a program is configured to use. */
export interface RuntimeNeed {
  /** Most that the program is configured to use, in nano-units; a limit should not be below it. */
  readonly floor?: Nanos | undefined
  /** The value of which the program uses a share, so that each lower value makes it use less again. */
  readonly follows?: 'request' | 'limit' | undefined
  /** The value by which the program sizes its pools when it starts; a temporary raise would therefore have a lasting effect. */
  readonly pools?: 'request' | 'limit' | undefined
}

export type RuntimeNeeds = Readonly<Record<ResourceName, RuntimeNeed>>

const UNIT = 1_000_000_000n
const MEBIBYTE = 2n ** 20n

/**
 * Share of the heap that is added for memory outside of it: metaspace, compiled code, stacks, buffers. The guides of the JVM and Node
 * leave a fifth to a quarter of a container for these.
 */
const BESIDE_HEAP_DIVISOR = 4n
const LEAST_BESIDE_HEAP_BYTES = 64n * MEBIBYTE
/**
 * Share of GOMEMLIMIT that is added for other memory. GOMEMLIMIT counts everything that Go's runtime manages; its guide leaves 5 to 10
 * % for the rest.
 */
const BESIDE_GO_DIVISOR = 10n

/**
 * Reads the needs of a program from command, arguments and environment. Settings elsewhere, such as in an image's entrypoint, are
 * unknown.
 *
 * @returns undefined if the text is too long to read
 */
export function readRuntime(container: PodContainer): RuntimeNeeds | undefined {
  const heap = readHeap(container)
  if (!heap) return undefined
  const { heapBytes, goBytes, goThreads, follows, pools } = heap
  const floors = [
    ...(heapBytes === undefined ? [] : [heapBytes + max(heapBytes / BESIDE_HEAP_DIVISOR, LEAST_BESIDE_HEAP_BYTES)]),
    ...(goBytes === undefined ? [] : [goBytes + goBytes / BESIDE_GO_DIVISOR]),
  ]
  return {
    cpu: { floor: goThreads && goThreads * UNIT, pools },
    memory: { floor: floors.length === 0 ? undefined : floors.reduce(max) * UNIT, follows },
  }
}
