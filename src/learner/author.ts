import { type ContainerResources, toNumber } from '../resources/index.ts'
import { CPU_BUCKETS, MEMORY_BUCKETS } from './log-buckets.ts'

/** Without a limit a container may take the node: priced as this many times its request. */
const NO_LIMIT = 8

/** What the author of a container wrote, as buckets; −1 where nothing that can be priced. */
export interface AuthorsRow {
  readonly cpuRequest: number
  readonly memoryRequest: number
  readonly memoryLimit: number
}

const NOTHING_WRITTEN: AuthorsRow = { cpuRequest: -1, memoryRequest: -1, memoryLimit: -1 }

export function authorsRow(author: ContainerResources | undefined): AuthorsRow {
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
