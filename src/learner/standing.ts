import type { ByteReader, ByteWriter } from './bytes.ts'
import { CPU_FEATURES, MEMORY_FEATURES } from './confidence.ts'
import { TEMPERS } from './hourly-cpu.ts'
import { CPU_BUCKETS } from './log-buckets.ts'

const DAY_HOURS = 24

/** What one temper of the hourly plans would have out, and what that has cost so far. */
export interface TemperRecord {
  /** Bucket of the request; −1 before the first. */
  request: number
  /** Decayed cost, changes included. */
  spent: number
  /** Price of the change it made last, if that is not yet in `spent`. */
  switching: number
  /** Of the hour that is running, over its samples. */
  hour: number
}

/** What is out for one container: the row that stands, and what is to be learned from how it fares. */
export class Standing {
  /** Buckets; −1 where there is none. */
  cpuRequest = -1
  memoryRequest = -1
  memoryLimit = -1
  /** How likely the row is to hold for the next day; NaN where nothing is known. */
  cpuConfidence = Number.NaN
  memoryConfidence = Number.NaN
  /** Expected cost per unit of time of the row, and of what the author wrote; NaN where unknown. Cores and bytes. */
  cpuCost = Number.NaN
  memoryCost = Number.NaN
  authorsCpuCost = Number.NaN
  authorsMemoryCost = Number.NaN
  /** Which of `CPU_BASES` carried the decision on CPU. */
  cpuBasis = 0
  /** The turn at which the row was decided, −1 before the first. */
  turn = -1
  /** Killed for want of memory since the row was decided. */
  wasKilled = false
  /** Its image changed since the row was decided. */
  hasNewVersion = false
  readonly tempers: readonly TemperRecord[] = TEMPERS.map(() => ({ request: -1, spent: 0, switching: 0, hour: 0 }))
  temperSamples = 0

  /** A row that is watched for a day, to learn from whether it held; its hour is −1 when none is. */
  watchedHour = -1
  watchedCpu = -1
  watchedLimit = -1
  watchedSamples = 0
  watchedAbove = 0
  watchedBroke = false
  /** Hours of the watched day with CPU samples. */
  watchedHours = 0
  #lastWatchedHour = -1
  readonly cpuFeatures = new Float32Array(CPU_FEATURES)
  readonly memoryFeatures = new Float32Array(MEMORY_FEATURES)

  /** @param cpu, memory buckets, −1 where the sample has none */
  see(hour: number, cpu: number, memory: number, cpuCores: number, use: number): void {
    if (this.watchedHour >= 0 && hour >= this.watchedHour && hour < this.watchedHour + DAY_HOURS) {
      if (cpu >= 0) {
        this.watchedSamples++
        if (cpu > this.watchedCpu) this.watchedAbove++
        if (hour !== this.#lastWatchedHour) this.watchedHours++
        this.#lastWatchedHour = hour
      }
      if (memory > this.watchedLimit) this.watchedBroke = true
    }
    if (cpu < 0 || this.tempers[0]!.request < 0) return
    this.temperSamples++
    for (const temper of this.tempers) {
      if (temper.request < 0) continue
      const request = CPU_BUCKETS.edges[temper.request]!
      temper.hour += request + use * Math.max(cpuCores - request, 0)
    }
  }

  /** Begins to watch the row that stands; its features are filled in by the caller. */
  watch(hour: number): void {
    this.watchedHour = hour
    this.watchedCpu = this.cpuRequest
    this.watchedLimit = this.memoryLimit
    this.watchedSamples = 0
    this.watchedAbove = 0
    this.watchedBroke = false
    this.watchedHours = 0
    this.#lastWatchedHour = -1
  }

  write(to: ByteWriter): void {
    for (const bucket of [this.cpuRequest, this.memoryRequest, this.memoryLimit, this.watchedCpu, this.watchedLimit])
      to.uint32(bucket + 1)
    to.float64s([this.cpuConfidence, this.memoryConfidence, this.turn, this.temperSamples])
    to.float64s([this.cpuCost, this.memoryCost, this.authorsCpuCost, this.authorsMemoryCost])
    to.uint32(this.cpuBasis)
    for (const value of [this.watchedHour, this.#lastWatchedHour]) to.float64(value)
    for (const value of [this.watchedSamples, this.watchedAbove, this.watchedHours]) to.uint32(value)
    to.uint32((this.wasKilled ? 1 : 0) + (this.watchedBroke ? 2 : 0) + (this.hasNewVersion ? 4 : 0))
    for (const { request, spent, switching, hour } of this.tempers) to.float64s([request, spent, switching, hour])
    to.float32s(this.cpuFeatures)
    to.float32s(this.memoryFeatures)
  }

  /** @param version of the saved state; before 3 it knew nothing of costs and images */
  read(from: ByteReader, version: number): void {
    const bucket = () => from.uint32() - 1
    this.cpuRequest = bucket()
    this.memoryRequest = bucket()
    this.memoryLimit = bucket()
    this.watchedCpu = bucket()
    this.watchedLimit = bucket()
    this.cpuConfidence = from.float64()
    this.memoryConfidence = from.float64()
    this.turn = from.float64()
    this.temperSamples = from.float64()
    if (version >= 3) {
      this.cpuCost = from.float64()
      this.memoryCost = from.float64()
      this.authorsCpuCost = from.float64()
      this.authorsMemoryCost = from.float64()
      this.cpuBasis = from.uint32()
    }
    this.watchedHour = from.float64()
    this.#lastWatchedHour = from.float64()
    this.watchedSamples = from.uint32()
    this.watchedAbove = from.uint32()
    this.watchedHours = from.uint32()
    const flags = from.uint32()
    this.wasKilled = (flags & 1) !== 0
    this.watchedBroke = (flags & 2) !== 0
    this.hasNewVersion = (flags & 4) !== 0
    for (const temper of this.tempers) {
      temper.request = from.float64()
      temper.spent = from.float64()
      temper.switching = from.float64()
      temper.hour = from.float64()
    }
    from.float32s(this.cpuFeatures)
    from.float32s(this.memoryFeatures)
  }
}
