import { Goal } from '../api/index.ts'
import { type ByteReader, type ByteWriter, copyState } from './bytes.ts'
import { crc32 } from './crc32.ts'
import { CurrentDecision } from './current-decision.ts'
import { GOAL_PRICES } from './goals.ts'
import { CPU_BUCKETS, MEMORY_BUCKETS } from './log-buckets.ts'
import { type Prices, readPrices, writePrices } from './prices.ts'
import { UsageWindow } from './usage-window.ts'

const HOUR_SECONDS = 3600
/** A higher reading is impossible on any machine: the meter is broken. */
const MAXIMUM_CPU_CORES = 10_000
const MAXIMUM_MEMORY_BYTES = 2 ** 50
/** 2100-01-01: a later time is in milliseconds instead of seconds, or from a broken clock, and would outweigh all other samples forever. */
const MAXIMUM_TIME_SECONDS = 4_102_444_800

/** The defaults of VPA's `--oom-bump-up-ratio` and `--oom-min-bump-up-bytes`. */
const OOM_BUMP_RATIO = 1.2
const OOM_MINIMUM_BUMP_BYTES = 100 * 2 ** 20

/** Everything that is kept of one container of a workload: its usage in all its Pods, and its current decision. */
export class ContainerRecord {
  readonly usage = new UsageWindow()
  decision = new CurrentDecision()
  /** Earliest and latest time of a sample, Unix seconds; the first is later than the last before any sample. */
  firstSeconds = MAXIMUM_TIME_SECONDS
  lastSeconds = 0
  /** Number of CPU samples. */
  cpuSamples = 0
  /** Number of memory samples. */
  memorySamples = 0
  /** When its image last changed, Unix seconds; −1 if never. */
  versionSeconds = -1
  /** Checksum of its current image; 0 while that is unknown. */
  #version = 0
  /** Time of the first sample that arrived, Unix seconds, from which hours are counted; −1 before it. */
  #originSeconds = -1

  /** Whether any sample has been learned. */
  get hasSamples(): boolean {
    return this.firstSeconds <= this.lastSeconds
  }

  /**
   * Takes in the values of a sample that can be true; the others leave no trace.
   *
   * @param timestampSeconds Unix time
   * @param cpuCores, memoryBytes NaN where the source has no such value
   * @returns whether there was a value, and all values could be true
   */
  add(timestampSeconds: number, cpuCores: number, memoryBytes: number): boolean {
    if (!(timestampSeconds >= 0 && timestampSeconds < MAXIMUM_TIME_SECONDS)) return false
    const hasCpu = cpuCores >= 0 && cpuCores <= MAXIMUM_CPU_CORES
    const hasMemory = memoryBytes >= 0 && memoryBytes <= MAXIMUM_MEMORY_BYTES
    if (!hasCpu && !hasMemory) return false

    if (this.#originSeconds < 0) this.#originSeconds = timestampSeconds
    const hour = this.hourOf(timestampSeconds)
    const cpu = hasCpu ? CPU_BUCKETS.indexOf(cpuCores) : -1
    const memory = hasMemory ? MEMORY_BUCKETS.indexOf(memoryBytes) : -1
    this.decision.observe(hour, cpu, memory, cpuCores)
    this.usage.add(hour, cpu, memory)
    if (hasCpu) this.cpuSamples++
    if (hasMemory) this.memorySamples++
    if (timestampSeconds < this.firstSeconds) this.firstSeconds = timestampSeconds
    if (timestampSeconds > this.lastSeconds) this.lastSeconds = timestampSeconds
    return (hasCpu || Number.isNaN(cpuCores)) && (hasMemory || Number.isNaN(memoryBytes))
  }

  /**
   * Takes in an OOM kill. It is censored demand: memory was above the limit, by an unknown amount. It counts as a peak that
   * is 20 %, and at least 100 MiB, above the limit, as in VPA.
   *
   * @param timestampSeconds Unix time
   * @param limitBytes the limit in force; the kill is ignored unless it is more than 0
   */
  addOomKill(timestampSeconds: number, limitBytes: number): void {
    if (!(limitBytes > 0)) return
    const demand = Math.max(limitBytes * OOM_BUMP_RATIO, limitBytes + OOM_MINIMUM_BUMP_BYTES)
    if (!this.add(timestampSeconds, Number.NaN, demand)) return
    this.usage.days.countKill(Math.floor(this.hourOf(timestampSeconds) / 24))
    this.decision.wasKilled = true
  }

  /** Updates the current image. @param image as its Pod names it @param nowSeconds Unix time */
  noteVersion(image: string, nowSeconds: number): void {
    const version = crc32(new TextEncoder().encode(image))
    if (version === this.#version) return
    if (this.#version !== 0) {
      this.versionSeconds = nowSeconds
      this.decision.hasNewVersion = true
    }
    this.#version = version
  }

  /** Sets the prices of the next decision. A decision for other prices is dropped, except for what has happened to the container since. */
  takePrices(prices: Prices): void {
    const { wasKilled, hasNewVersion } = this.decision
    this.decision = new CurrentDecision(prices)
    this.decision.wasKilled = wasKilled
    this.decision.hasNewVersion = hasNewVersion
  }

  /** Hours since the first sample; never negative, as earlier samples still count for the first hour. */
  hourOf(timestampSeconds: number): number {
    return Math.max(0, Math.floor((timestampSeconds - this.#originSeconds) / HOUR_SECONDS))
  }

  /** Hours from 1970 to the first sample. */
  get originHour(): number {
    return Math.floor(this.#originSeconds / HOUR_SECONDS)
  }

  /** Unix time at which an hour begins. */
  startOf(hour: number): number {
    return this.#originSeconds + hour * HOUR_SECONDS
  }

  /** An equal, independent record. */
  copy(): ContainerRecord {
    const copy = new ContainerRecord()
    copyState(this, copy)
    return copy
  }

  write(to: ByteWriter): void {
    const times = [this.#originSeconds, this.firstSeconds, this.lastSeconds, this.versionSeconds]
    to.float64s([...times, this.cpuSamples, this.memorySamples])
    to.uint32(this.#version)
    const { prices } = this.decision
    to.uint32(prices ? 1 : 0)
    if (prices) writePrices(prices, to)
    this.usage.write(to)
    this.decision.write(to)
  }

  /**
   * Reads what `write` wrote.
   *
   * @param version of the saved state, the newest when absent; before 4, it names a goal instead of prices
   * @throws RangeError where the bytes end too early or name no known goal
   */
  read(from: ByteReader, version = Number.POSITIVE_INFINITY): void {
    this.#originSeconds = from.float64()
    this.firstSeconds = from.float64()
    this.lastSeconds = from.float64()
    if (version >= 3) this.versionSeconds = from.float64()
    this.cpuSamples = from.float64()
    this.memorySamples = from.float64()
    if (version >= 3) this.#version = from.uint32()
    if (version < 4) this.decision.prices = pricesOfGoal(from.uint32())
    else if (from.uint32() === 1) this.decision.prices = readPrices(from, version)
    this.usage.read(from)
    this.decision.read(from, version)
  }
}

function pricesOfGoal(index: number): Prices {
  const goal = Goal.options[index]
  if (!goal) throw new RangeError(`goal ${index}, which does not exist`)
  return GOAL_PRICES[goal]
}
