import { Goal as Goals } from '../api/index.ts'
import type { WorkloadContainer } from '../workloads/index.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { ContainerRecord } from './container-record.ts'
import { crc32 } from './crc32.ts'
import { type Cadence, FleetRecord } from './fleet-record.ts'

/** "PLSL", read little-endian. */
const MAGIC = 0x4c53_4c50
/**
 * Raise it when anything below, the buckets, the half-lives or the hours and days kept change: a state means nothing under
 * other constants than those it was learned with. Version 1 held percentiles and daily peaks of a fortnight: too little
 * to go on from.
 */
const VERSION = 3
/** Of these, what is missing is taken as not known. */
const OLDEST_VERSION = 2
const CHECKSUM_BYTES = 4
const CADENCES: readonly Cadence[] = ['24h', '1h']

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
  readonly cadence: Cadence
  /** One for each goal; none in the state of a single workload. */
  readonly fleets: readonly FleetRecord[]
  readonly containers: Iterable<readonly [WorkloadContainer, ContainerRecord]>
}

/**
 * magic u32, version u32, samples f64, ignored f64, cadence u32, fleets u32 and each of them, containers u32, then each
 * container: namespace, kind, name, container as text, its record; CRC-32 of all that at the end. Little-endian.
 */
export function encodeState({ samples, ignored, cadence, fleets, containers }: LearnerState): Uint8Array {
  const entries = [...containers]
  const to = new ByteWriter()
  to.uint32(MAGIC)
  to.uint32(VERSION)
  to.float64(samples)
  to.float64(ignored)
  to.uint32(CADENCES.indexOf(cadence))
  to.uint32(fleets.length)
  for (const fleet of fleets) fleet.write(to)
  to.uint32(entries.length)
  for (const [{ workload, container }, record] of entries) {
    for (const text of [workload.namespace, workload.kind, workload.name, container]) to.text(text)
    record.write(to)
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
  if (version < OLDEST_VERSION || version > VERSION)
    throw new LearnerStateError(`format version ${version}, this program reads ${OLDEST_VERSION} to ${VERSION}`)
  if (new ByteReader(bytes.subarray(-CHECKSUM_BYTES)).uint32() !== crc32(body))
    throw new LearnerStateError('its checksum is wrong, it is cut short or damaged')

  const samples = from.float64()
  const ignored = from.float64()
  const cadence = CADENCES[from.uint32()]
  if (!cadence) throw new LearnerStateError('its cadence is none that this program knows')
  const saved = Array.from({ length: from.uint32() }, () => {
    const fleet = new FleetRecord(cadence)
    fleet.read(from, version)
    return fleet
  })
  const fleets = saved.length > 0 ? saved : Goals.options.map(() => new FleetRecord(cadence))
  const containers = Array.from({ length: from.uint32() }, (): [WorkloadContainer, ContainerRecord] => {
    const [namespace, kind, name, container] = [from.text(), from.text(), from.text(), from.text()]
    const record = new ContainerRecord()
    record.read(from, version)
    return [{ workload: { namespace, kind, name }, container }, record]
  })
  return { samples, ignored, cadence, fleets, containers }
}
