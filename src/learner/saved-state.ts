import { Goal } from '../api/index.ts'
import type { WorkloadContainer } from '../workloads/index.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import type { Cadence } from './cadence.ts'
import { ContainerRecord } from './container-record.ts'
import { crc32 } from './crc32.ts'
import { FleetRecord } from './fleet-record.ts'
import { GOAL_PRICES } from './goals.ts'
import { readPrices, writePrices } from './prices.ts'

/** "PLSL", read little-endian. */
const MAGIC = 0x4c53_4c50
/**
 * The version of the format. Raise it when anything below, the buckets, the half-lives or the numbers of hours and days
 * kept change: a state means nothing under other constants than those that it was learned with.
 */
const VERSION = 5
/**
 * The oldest version that can be read; what a version lacks counts as unknown. Version 1 held too little to continue from,
 * 2 neither costs nor images, 3 one cadence for all and a goal for each decision instead of its prices, 4 another meaning of
 * confidence.
 */
const OLDEST_VERSION = 2
const CHECKSUM_BYTES = 4
const CADENCES: readonly Cadence[] = ['24h', '1h']

/** A saved state cannot be used. The message says why and what to do. */
export class LearnerStateError extends Error {
  override readonly name = 'LearnerStateError'
  constructor(reason: string) {
    super(`saved learner state: ${reason}. Delete it to learn again from the history.`)
  }
}

export interface LearnerState {
  /** Numbers of samples that were learned, and that were ignored, so far. */
  readonly samples: number
  readonly ignored: number
  /** Fleets, one for each combination of prices and cadence that was decided for; none in the state of a single workload. */
  readonly fleets: readonly FleetRecord[]
  readonly containers: Iterable<readonly [WorkloadContainer, ContainerRecord]>
}

/**
 * The bytes of a state: magic u32, version u32, samples f64, ignored f64; number of fleets u32, then each fleet's cadence
 * u32, prices 4 × f64 and record; number of containers u32, then each container's namespace, kind, name and container as
 * text and its record; at the end the CRC-32 of all bytes before it. Little-endian.
 */
export function encodeState({ samples, ignored, fleets, containers }: LearnerState): Uint8Array {
  const entries = [...containers]
  const to = new ByteWriter()
  to.uint32(MAGIC)
  to.uint32(VERSION)
  to.float64(samples)
  to.float64(ignored)
  to.uint32(fleets.length)
  for (const fleet of fleets) {
    to.uint32(CADENCES.indexOf(fleet.cadence))
    writePrices(fleet.prices, to)
    fleet.write(to)
  }
  to.uint32(entries.length)
  for (const [{ workload, container }, record] of entries) {
    for (const text of [workload.namespace, workload.kind, workload.name, container]) to.text(text)
    record.write(to)
  }
  to.uint32(crc32(to.finish()))
  return to.finish()
}

/**
 * The state that bytes were encoded from.
 *
 * @throws LearnerStateError where the bytes are no saved state, of an unknown version, cut short or damaged
 */
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
  const fleets = version < 4 ? readFleetsOfGoals(from, version) : readFleets(from, version)
  const containers = Array.from({ length: from.uint32() }, (): [WorkloadContainer, ContainerRecord] => {
    const [namespace, kind, name, container] = [from.text(), from.text(), from.text(), from.text()]
    const record = new ContainerRecord()
    record.read(from, version)
    return [{ workload: { namespace, kind, name }, container }, record]
  })
  return { samples, ignored, fleets, containers }
}

function readFleets(from: ByteReader, version: number): FleetRecord[] {
  return Array.from({ length: from.uint32() }, () => {
    const cadence = readCadence(from)
    const fleet = new FleetRecord(readPrices(from, version), cadence)
    fleet.read(from, version)
    return fleet
  })
}

/** The fleets of a state before version 4: one cadence for all, and one fleet for each goal, or none. */
function readFleetsOfGoals(from: ByteReader, version: number): FleetRecord[] {
  const cadence = readCadence(from)
  return Array.from({ length: from.uint32() }, (_, i) => {
    const goal = Goal.options[i]
    if (!goal) throw new LearnerStateError(`more fleets than the ${Goal.options.length} goals`)
    const fleet = new FleetRecord(GOAL_PRICES[goal], cadence)
    fleet.read(from, version)
    return fleet
  })
}

function readCadence(from: ByteReader): Cadence {
  const cadence = CADENCES[from.uint32()]
  if (!cadence) throw new LearnerStateError('its cadence is none that this program knows')
  return cadence
}
