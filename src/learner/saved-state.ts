import type { WorkloadContainer } from '../workloads/index.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { ContainerUsage } from './container-usage.ts'
import { crc32 } from './crc32.ts'

/** "PLSL", read little-endian. */
const MAGIC = 0x4c53_4c50
/**
 * Raise it when anything below, the buckets, the half-life or the days kept change: a state means nothing under other
 * constants than those it was learned with.
 */
const VERSION = 1
const CHECKSUM_BYTES = 4

/** A saved state cannot be used. The message says why and what to do. */
export class LearnerStateError extends Error {
  override readonly name = 'LearnerStateError'
  constructor(reason: string) {
    super(`saved learner state: ${reason}. Delete it to learn anew from the history.`)
  }
}

export interface LearnerState {
  /** Samples taken in and left out so far. */
  readonly samples: number
  readonly ignored: number
  readonly containers: Iterable<readonly [WorkloadContainer, ContainerUsage]>
}

/**
 * magic u32, version u32, samples f64, ignored f64, containers u32, then each container: namespace, kind, name,
 * container as text, its usage; CRC-32 of all that at the end. Little-endian.
 */
export function encodeState({ samples, ignored, containers }: LearnerState): Uint8Array {
  const entries = [...containers]
  const to = new ByteWriter()
  to.uint32(MAGIC)
  to.uint32(VERSION)
  to.float64(samples)
  to.float64(ignored)
  to.uint32(entries.length)
  for (const [{ workload, container }, usage] of entries) {
    for (const text of [workload.namespace, workload.kind, workload.name, container]) to.text(text)
    usage.write(to)
  }
  to.uint32(crc32(to.finish()))
  return to.finish()
}

/** @throws LearnerStateError when the bytes are foreign, of another version, cut short or damaged */
export function decodeState(bytes: Uint8Array): LearnerState {
  if (bytes.length < 8 + CHECKSUM_BYTES) throw new LearnerStateError(`only ${bytes.length} bytes, it is cut short`)
  const body = bytes.subarray(0, -CHECKSUM_BYTES)
  const from = new ByteReader(body)
  if (from.uint32() !== MAGIC) throw new LearnerStateError('it does not begin as one, some other program wrote it')
  const version = from.uint32()
  if (version !== VERSION) throw new LearnerStateError(`format version ${version}, this program reads ${VERSION}`)
  if (new ByteReader(bytes.subarray(-CHECKSUM_BYTES)).uint32() !== crc32(body))
    throw new LearnerStateError('its checksum is wrong, it is cut short or damaged')

  const samples = from.float64()
  const ignored = from.float64()
  const containers = Array.from({ length: from.uint32() }, (): [WorkloadContainer, ContainerUsage] => {
    const [namespace, kind, name, container] = [from.text(), from.text(), from.text(), from.text()]
    const usage = new ContainerUsage()
    usage.read(from)
    return [{ workload: { namespace, kind, name }, container }, usage]
  })
  return { samples, ignored, containers }
}
