import { type ContainerResources, toNumber } from '../resources/index.ts'
import { CPU_BUCKETS, MEMORY_BUCKETS } from './log-buckets.ts'

/** A container without a memory limit may use the whole node: its limit is priced as this many times its request. */
const NO_LIMIT = 8

/** The buckets of the author's values; −1 for a value that cannot be priced. */
export interface AuthorBuckets {
  readonly cpuRequest: number
  readonly memoryRequest: number
  readonly memoryLimit: number
}

const NOTHING_WRITTEN: AuthorBuckets = { cpuRequest: -1, memoryRequest: -1, memoryLimit: -1 }

/**
 * The buckets of the author's values. A limit without a request is not priced, and a missing limit counts as 8 times the
 * request.
 *
 * @param author the author's values; undefined if they are unknown
 */
export function authorBuckets(author: ContainerResources | undefined): AuthorBuckets {
  if (!author) return NOTHING_WRITTEN
  const { cpu, memory } = author
  const cpuRequest = cpu === 'invalid' || cpu.request === undefined ? undefined : toNumber(cpu.request)
  const memoryRequest = memory === 'invalid' || memory.request === undefined ? undefined : toNumber(memory.request)
  const written = memory === 'invalid' || memory.limit === undefined ? undefined : toNumber(memory.limit)
  const memoryLimit = memoryRequest === undefined ? undefined : (written ?? NO_LIMIT * memoryRequest)
  return {
    cpuRequest: cpuRequest === undefined ? -1 : CPU_BUCKETS.indexOf(cpuRequest),
    memoryRequest: memoryRequest === undefined ? -1 : MEMORY_BUCKETS.indexOf(memoryRequest),
    memoryLimit: memoryLimit === undefined ? -1 : MEMORY_BUCKETS.indexOf(memoryLimit),
  }
}
